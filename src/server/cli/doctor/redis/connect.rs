//! Name, connection and TLS: the checks before Redis itself is asked anything.

use super::{Examination, STEP_TIMEOUT, Stop};
use crate::server::cli::doctor::report::Finding;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, RedisConnectionInfo, RedisError, RedisResult,
    aio::MultiplexedConnection, cmd,
};
use std::net::{IpAddr, SocketAddr};
use tokio::{
    net::{TcpStream, lookup_host},
    time::Instant,
};

impl Examination<'_> {
    /// Looks up the host's addresses.
    pub async fn look_up(&mut self) -> Result<Vec<SocketAddr>, Stop> {
        let (ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. }) =
            self.info.addr().clone()
        else {
            self.add("name", Finding::ok("a socket of this machine"));
            return Ok(Vec::new());
        };
        self.report.doing(format!("looking up {host}"));
        let looked_up = self
            .step(async { Ok(lookup_host((host.as_str(), port)).await?.collect()) })
            .await;
        let finding = addresses(&host, self.names.address, &looked_up);
        self.add_or_stop("name", finding, "its name is not found")?;
        looked_up.map_err(|error| error.to_string())
    }

    /// Opens a TCP connection to one of the addresses.
    pub async fn reach(&mut self, addresses: &[SocketAddr]) -> Result<(), Stop> {
        let at = self.names.at.clone();
        self.report.doing(format!("connecting to {at}"));
        let start = Instant::now();
        let connecting = self.step(async { Ok(TcpStream::connect(addresses).await?) });
        let finding = match connecting.await {
            Ok(_) => {
                let took = start.elapsed().as_secs_f64() * 1_000.0;
                Finding::ok(format!("{at} accepts connections ({took:.1} ms)"))
                    .with("connect_ms", took)
            }
            Err(error) => self.explain(&error),
        };
        self.add_or_stop("connection", finding, "there is no connection")
    }

    /// Opens a connection, with TLS where the settings ask for it. It is not signed in, so that the answer to the
    /// password can be read.
    pub async fn connect(&mut self) -> Result<MultiplexedConnection, Stop> {
        let connected = self.open(self.info.addr().clone()).await;
        let with_tls = self.is_tls();
        let finding = match &connected {
            Ok(_) if with_tls => Finding::ok("the certificate is good"),
            Ok(_) => Finding::ok("none, as set"),
            Err(error) if with_tls && self.answers_without_tls().await => Finding::error(
                format!("{} does not speak TLS ({error})", self.names.at),
                format!(
                    "Turn TLS off in {}, or set the port that Redis has for TLS (tls-port)",
                    self.names.tls
                ),
            ),
            Err(error) => self.explain(error),
        };
        self.add_or_stop("TLS", finding, "TLS fails")?;
        connected.map_err(|error| error.to_string())
    }

    /// Whether the settings ask for TLS.
    pub fn is_tls(&self) -> bool {
        matches!(self.info.addr(), ConnectionAddr::TcpTls { .. })
    }

    async fn open(&self, address: ConnectionAddr) -> RedisResult<MultiplexedConnection> {
        let anonymous = RedisConnectionInfo::default().set_skip_set_lib_name();
        let info = self.info.clone().set_addr(address);
        let client = Client::open(info.set_redis_settings(anonymous))?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(STEP_TIMEOUT))
            .set_response_timeout(Some(STEP_TIMEOUT));
        self.step(client.get_multiplexed_async_connection_with_config(&config))
            .await
    }

    async fn answers_without_tls(&self) -> bool {
        let ConnectionAddr::TcpTls { host, port, .. } = self.info.addr() else {
            return false;
        };
        let Ok(mut connection) = self.open(ConnectionAddr::Tcp(host.clone(), *port)).await else {
            return false;
        };
        match self.query::<()>(&mut connection, &cmd("PING")).await {
            Ok(()) => true,
            Err(error) => error.code().is_some(),
        }
    }

    /// Whether it answers with TLS only. A certificate that is not trusted also shows that.
    pub async fn answers_with_tls(&self) -> bool {
        let ConnectionAddr::Tcp(host, port) = self.info.addr().clone() else {
            return false;
        };
        let with_tls = ConnectionAddr::TcpTls {
            host,
            port,
            insecure: false,
            tls_params: None,
        };
        match self.open(with_tls).await {
            Ok(_) => true,
            Err(error) => error.to_string().contains("peer certificate"),
        }
    }
}

fn addresses(
    host: &str,
    setting: &str,
    looked_up: &Result<Vec<SocketAddr>, RedisError>,
) -> Finding {
    match looked_up {
        Ok(addresses) if addresses.is_empty() => Finding::error(
            format!("{host} is a name without an address"),
            format!("Correct {setting}, or the name's entry in the DNS"),
        ),
        Ok(addresses) if host.parse::<IpAddr>().is_ok() => {
            Finding::ok(format!("{} needs no look-up", addresses[0].ip()))
        }
        Ok(addresses) => {
            let list = addresses.iter().map(|address| address.ip().to_string());
            let list: Vec<_> = list.collect();
            Finding::ok(format!("{host} is {}", list.join(", "))).with("addresses", list)
        }
        Err(error) if error.is_timeout() => Finding::error(
            format!("the DNS does not answer in time about {host}"),
            "See which servers this machine asks (/etc/resolv.conf), and whether they answer",
        ),
        Err(error) => Finding::error(
            format!("no host is called {host} ({error})"),
            format!(
                "Correct {setting}, or the name's entry in the DNS; in a container, name the service of its network"
            ),
        ),
    }
}
