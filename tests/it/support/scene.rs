//! A Redis, a connection that can be broken, and an instance at its end.

use crate::support::{Instance, SOON, offer, program, proxy::Proxy, redis_server::RedisServer};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// A Redis, a line to it, and an instance at its end.
pub struct Scene {
    pub server: RedisServer,
    pub proxy: Proxy,
    pub instance: Instance,
}

impl Scene {
    pub async fn open() -> Scene {
        let server = RedisServer::start();
        let proxy = Proxy::to(server.port).await;
        let instance = Scene::instance(&proxy.url());
        instance.until_ready().await;
        Scene {
            server,
            proxy,
            instance,
        }
    }

    pub fn instance(url: &str) -> Instance {
        let mut command = program();
        command.env("RATE_LIMIT", "off").env("REDIS_URL", url);
        Instance::start(command)
    }

    /// An offer that must be answered within the promised time.
    pub async fn offer(&self) -> u16 {
        let asked = Instant::now();
        let answer = self.instance.post("/api/orders", &offer("Diavola")).await;
        let took = asked.elapsed();
        assert!(took < Duration::from_secs(5), "it took {took:?}");
        if answer.status != 201 {
            answer.problem(503);
            assert!(answer.header("retry-after").is_some());
        }
        answer.status
    }

    pub fn cli(&self, args: &[&str]) {
        cli(&self.server, args);
    }

    /// How often anybody has waited for news.
    pub fn reads_of_the_log(&self) -> u64 {
        let stats: String = redis::cmd("INFO")
            .arg("commandstats")
            .query(&mut self.server.connection())
            .unwrap();
        let calls = stats.split("cmdstat_xread:calls=").nth(1);
        calls.map_or(0, |calls| calls.split(',').next().unwrap().parse().unwrap())
    }

    pub fn pid(&self) -> String {
        let info: redis::InfoDict = redis::cmd("INFO")
            .query(&mut self.server.connection())
            .unwrap();
        info.get::<u32>("process_id").unwrap().to_string()
    }

    /// Comes back by itself, and then works.
    pub async fn recovers(&self) {
        self.instance.until_ready().await;
        let mut socket = self.instance.follow().await;
        let order = self.instance.done("/api/orders", &offer("Hawaii")).await;
        let follows = async {
            loop {
                let frame = socket.any_frame().await;
                match frame["event_type"].as_str() {
                    Some("order.created") if frame["order"] == order => break,
                    // The trouble was about to be noticed: the next read finds it.
                    Some("stream.reset") => {
                        let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
                        assert_eq!(self.instance.get(&path).await.json(), order);
                        break;
                    }
                    _ => {}
                }
            }
        };
        tokio::time::timeout(SOON, follows)
            .await
            .expect("what was stored is told");
    }
}

pub fn cli(server: &RedisServer, args: &[&str]) {
    let mut command = redis::cmd(args[0]);
    command
        .arg(&args[1..])
        .query::<redis::Value>(&mut server.connection())
        .unwrap();
}

pub async fn ids(instance: &Instance) -> BTreeSet<String> {
    let orders = instance.orders().await;
    let ids = orders.iter();
    ids.map(|order| order["id"].as_str().unwrap().to_owned())
        .collect()
}
