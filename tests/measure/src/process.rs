//! The programs that are measured: started on a free port of this machine, and killed when they are dropped.

use crate::{Release, http::Client};
use anyhow::{Context, Result, bail, ensure};
use std::{
    ffi::OsStr,
    fs::read_to_string,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::time::sleep;

/// How long a program may take to listen.
const START: Duration = Duration::from_secs(60);

pub struct Process(Child);

impl Process {
    fn start<S: AsRef<OsStr>>(
        program: &Path,
        arguments: &[S],
        settings: &[(&str, &OsStr)],
    ) -> Result<Process> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(settings.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command
            .spawn()
            .with_context(|| program.display().to_string())?;
        Ok(Process(child))
    }

    fn about(&self, file: &str) -> Result<String> {
        Ok(read_to_string(format!("/proc/{}/{file}", self.0.id()))?)
    }

    /// The processor time that it has used, in steps of 10 ms.
    pub fn processor_time(&self) -> Result<Duration> {
        let stat = self.about("stat")?;
        // The name of the program, in parentheses, may hold blanks.
        let (_, fields) = stat.rsplit_once(')').context("stat")?;
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().unwrap_or(0)).sum();
        Ok(Duration::from_millis(ticks * 10))
    }

    /// The memory that is its own, in bytes.
    pub fn memory(&self) -> Result<u64> {
        let status = self.about("status")?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        Ok(kilobytes.context("RssAnon")?.parse::<u64>()? * 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A Redis that keeps nothing on the disk.
pub struct Redis {
    pub process: Process,
    pub url: String,
    _folder: TempDir,
}

impl Redis {
    pub async fn start() -> Result<Redis> {
        let (folder, address) = (TempDir::new()?, free_address()?);
        let port = address.port().to_string();
        let place = folder.path().display().to_string();
        let arguments = [
            "--port",
            &port,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            &place,
        ];
        let process = Process::start(Path::new("redis-server"), &arguments, &path())?;
        listening(address).await?;
        Ok(Redis {
            process,
            url: format!("redis://{address}"),
            _folder: folder,
        })
    }
}

/// Where a server stores.
#[derive(Clone, Copy)]
pub enum Store<'a> {
    /// In a file of this folder.
    Embedded(&'a Path),
    Redis(&'a str),
}

pub struct Server {
    pub process: Process,
    pub address: SocketAddr,
    /// From its start until it was ready.
    pub ready_after: Duration,
}

/// The settings of a market in which people sign in. It believes who a request comes from, so that a measurement chooses.
fn required(origin: &str) -> [(&'static str, &str); 5] {
    [
        ("AUTH", "required"),
        (
            "AUTH_SECRET",
            "bWFyZ2hlcml0YS1kaWF2b2xhLWZ1bmdoaS1tYXJpbmE=",
        ),
        ("SITE_ORIGIN", origin),
        ("TRUSTED_PROXIES", "127.0.0.1"),
        // Sign-ins that are refused on purpose are no news.
        ("RUST_LOG", "error"),
    ]
}

impl Server {
    pub async fn start(release: &Release, store: Store<'_>) -> Result<Server> {
        Server::launch(release, store, free_address()?, &[("AUTH", "open")]).await
    }

    /// One in which people sign in.
    pub async fn start_required(release: &Release, store: Store<'_>) -> Result<Server> {
        let address = free_address()?;
        let origin = format!("http://{address}");
        Server::launch(release, store, address, &required(&origin)).await
    }

    /// The key of a program that plays every role, from a server that has its store in this folder.
    pub fn key(&self, release: &Release, folder: &Path) -> Result<String> {
        let output = Command::new(&release.program)
            .args([
                "account",
                "key",
                "measure",
                "--role",
                "integrator",
                "--json",
            ])
            .env_clear()
            .envs(path())
            .envs(required(&format!("http://{}", self.address)))
            .env("DATA_DIR", folder)
            .output()?;
        let made: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        Ok(made["key"].as_str().context("no key")?.to_owned())
    }

    /// Puts pizzerias there that are alike in every run: `seed-1-0` and those that follow it.
    pub fn seed(&self, release: &Release, restaurants: usize, items: usize) -> Result<()> {
        let url = format!("http://{}", self.address);
        let (restaurants, items) = (restaurants.to_string(), items.to_string());
        let arguments = ["seed", "--url", &url, "--restaurants", &restaurants];
        let status = Command::new(&release.program)
            .args(arguments)
            .args(["--items", &items])
            .env_clear()
            .envs(path())
            .stdout(Stdio::null())
            .status()?;
        ensure!(status.success(), "seed: {status}");
        Ok(())
    }

    async fn launch(
        release: &Release,
        store: Store<'_>,
        address: SocketAddr,
        access: &[(&str, &str)],
    ) -> Result<Server> {
        let text = address.to_string();
        let setting = match store {
            Store::Embedded(folder) => ("DATA_DIR", folder.as_os_str()),
            Store::Redis(url) => ("REDIS_URL", OsStr::new(url)),
        };
        let mut settings = path();
        settings.extend([setting, ("LEPTOS_SITE_ROOT", release.site.as_os_str())]);
        let words = [
            ("LEPTOS_SITE_ADDR", &*text),
            ("RATE_LIMIT", "off"),
            ("RUST_LOG", "warn"),
            ("MAX_CONNECTIONS", "30000"),
            ("MAX_CONNECTIONS_PER_ADDRESS", "30000"),
            ("MAX_SOCKETS", "20000"),
            ("MAX_SOCKETS_PER_ADDRESS", "20000"),
        ];
        settings.extend(words.map(|(name, value)| (name, OsStr::new(value))));
        settings.extend(
            access
                .iter()
                .map(|(name, value)| (*name, OsStr::new(*value))),
        );
        let began = Instant::now();
        let process = Process::start::<&str>(&release.program, &[], &settings)?;
        listening(address).await?;
        let mut client = Client::connect(address).await?;
        while client.get("/readyz", false).await?.status != 200 {
            if began.elapsed() > START {
                bail!("the server is not ready");
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(Server {
            process,
            address,
            ready_after: began.elapsed(),
        })
    }

    /// The bare program of [`crate::bare`].
    pub async fn start_bare(store: &[&str]) -> Result<Server> {
        let (address, began) = (free_address()?, Instant::now());
        let text = address.to_string();
        let arguments = [&["bare", &text], store].concat();
        let process = Process::start(&std::env::current_exe()?, &arguments, &path())?;
        listening(address).await?;
        Ok(Server {
            process,
            address,
            ready_after: began.elapsed(),
        })
    }
}

/// The one variable of the environment that programs get.
fn path() -> Vec<(&'static str, &'static OsStr)> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    vec![("PATH", Box::leak(path.into_boxed_os_str()))]
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

async fn listening(address: SocketAddr) -> Result<()> {
    let began = Instant::now();
    while tokio::net::TcpStream::connect(address).await.is_err() {
        if began.elapsed() > START {
            bail!("nothing listens on {address}");
        }
        sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}
