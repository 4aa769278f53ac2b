//! Who calls, how often, and what has to come of it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use local_platform::{ADMIN, OWNER};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::site::Site;
use crate::support::{Answer, answer, eventually, try_answer};

#[derive(Clone, Copy)]
pub(super) enum Load {
    CreateAlarms,
    Alarms,
    Devices,
    Greeting,
    Health,
    Metrics,
    WrongPassword,
    Connections,
    Resubscription,
    Setting,
}

impl Load {
    pub(super) const ALL: [Self; 10] = [
        Self::CreateAlarms,
        Self::Alarms,
        Self::Devices,
        Self::Greeting,
        Self::Health,
        Self::Metrics,
        Self::WrongPassword,
        Self::Connections,
        Self::Resubscription,
        Self::Setting,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CreateAlarms => "fan-outs over 50 tenants",
            Self::Alarms => "`/alarms`",
            Self::Devices => "`/devices`",
            Self::Greeting => "`/greeting`",
            Self::Health => "`/health`",
            Self::Metrics => "`/metrics`",
            Self::WrongPassword => "wrong passwords",
            Self::Connections => "connections opened and closed",
            Self::Resubscription => "resubscriptions",
            Self::Setting => "options set",
        }
    }

    /// The pause between two of them: two busy cores keep up.
    fn pause(self) -> Duration {
        Duration::from_millis(match self {
            Self::Alarms | Self::Devices | Self::Greeting => 50,
            Self::Connections | Self::Health => 100,
            Self::Metrics | Self::WrongPassword => 500,
            Self::CreateAlarms => 1_000,
            Self::Resubscription | Self::Setting => 3_000,
        })
    }

    pub(super) async fn until(self, end: Instant, site: Rc<Site>, mut rng: Rng) {
        while Instant::now() < end {
            match self {
                Self::CreateAlarms => self.create_alarms(&site, &mut rng).await,
                Self::Alarms => self.ask_as_user(&site, &mut rng, "/alarms").await,
                Self::Devices => self.ask_as_user(&site, &mut rng, "/devices").await,
                Self::Greeting => self.ask_as_user(&site, &mut rng, "/greeting").await,
                Self::Health => self.ask_as_nobody(&site, "/health").await,
                Self::Metrics => self.ask_as_nobody(&site, "/metrics").await,
                Self::WrongPassword => self.ask_wrongly(&site, &mut rng).await,
                Self::Connections => self.connect(&site, &mut rng).await,
                Self::Resubscription => self.resubscribe(&site, &mut rng).await,
                Self::Setting => self.set(&site, &mut rng).await,
            }
            sleep(self.pause()).await;
        }
    }

    /// A user of a settled tenant is served.
    async fn ask_as_user(self, site: &Site, rng: &mut Rng, path: &str) {
        let (tenant, _settled) = site.settled(rng).await;
        let request = site.request(rng, tenant, Method::GET, path);
        site.ask(self.name(), request, |it| it.status == StatusCode::OK)
            .await;
    }

    async fn ask_as_nobody(self, site: &Site, path: &str) {
        let url = format!("{}{path}", site.stage.service.url());
        let request = site.stage.http.get(url);
        site.ask(self.name(), request, |it| it.status == StatusCode::OK)
            .await;
    }

    /// Refused, each time for another password.
    async fn ask_wrongly(self, site: &Site, rng: &mut Rng) {
        let (tenant, _settled) = site.settled(rng).await;
        let url = format!("{}/greeting", site.stage.service.url());
        let request = site.stage.http.get(url);
        let password = format!("wrong-{}", rng.u64(..));
        let request = request.basic_auth(format!("{tenant}/{ADMIN}"), Some(password));
        let is_refused = |it: &Answer| it.status == StatusCode::UNAUTHORIZED;
        site.ask(self.name(), request, is_refused).await;
    }

    /// There is an alarm in each tenant that was settled all the time. Others may be missing, or be
    /// reported as failed.
    async fn create_alarms(self, site: &Site, rng: &mut Rng) {
        let begun = Instant::now();
        let request = site.request(rng, OWNER, Method::POST, "/createAlarms");
        let request = request.json(&json!({ "type": "c8y_Endurance" }));
        let is_complete = |it: &Answer| {
            let reports = it.body["tenants"].as_array().into_iter().flatten();
            let outcomes = reports.map(|it| (it["tenant"].as_str(), it["outcome"].as_str()));
            let outcomes: BTreeMap<_, _> = outcomes.collect();
            let settled = site
                .tenants()
                .iter()
                .filter(|it| it.is_settled_since(begun));
            settled
                .map(|it| outcomes.get(&Some(it.id.as_str())))
                .all(|outcome| outcome == Some(&Some("created")))
        };
        site.ask(self.name(), request, is_complete).await;
    }

    /// A connection without a word, one with half of a request, or one that is told to go.
    async fn connect(self, site: &Site, rng: &mut Rng) {
        let service = site.stage.service.address();
        let mut connection = match TcpStream::connect(service).await {
            Ok(connection) => connection,
            Err(error) => return site.count(self.name(), Some(error.to_string())),
        };
        let head = "GET /health HTTP/1.1\r\nhost: service\r\nconnection: close\r\n\r\n";
        let length = *rng
            .choice([0, 30, head.len()].iter())
            .expect("there are some");
        let sent = connection.write_all(&head.as_bytes()[..length]).await;
        site.count(self.name(), sent.err().map(|error| error.to_string()));
    }

    /// A tenant leaves and comes back, with another password of its service user.
    async fn resubscribe(self, site: &Site, rng: &mut Rng) {
        let (tenant, _unsettled) = site.unsettled(rng).await;
        tenant.begin_change();
        site.stage.unsubscribe(&tenant.id).await;
        // For some of them the service sees that they have left.
        sleep(Duration::from_millis(rng.u64(0..2_000))).await;
        site.stage.subscribe(&tenant.id).await;
        let alarms = async || {
            let request = site.stage.direct(&tenant.id, Method::GET, "/alarms");
            try_answer(request).await.ok().map(|it| it.status)
        };
        let is_served = |it: &Option<StatusCode>| *it == Some(StatusCode::OK);
        eventually("that the tenant is served again", alarms, is_served).await;
        tenant.end_change();
        site.count(self.name(), None);
    }

    /// The option that the service's manifest names, of a tenant's own.
    async fn set(self, site: &Site, rng: &mut Rng) {
        let (tenant, _settled) = site.settled(rng).await;
        let category = site.stage.platform.context_path();
        let value = format!("Hello {}", rng.u8(..));
        let option = json!({ "category": category, "key": "greeting", "value": value });
        let request = site
            .stage
            .of_platform(tenant, Method::POST, "/tenant/options");
        let Answer { status, body, .. } = answer(request.json(&option)).await;
        let refused = (!status.is_success()).then(|| format!("{status}: {body}"));
        site.count(self.name(), refused);
    }
}
