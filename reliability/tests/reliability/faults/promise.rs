//! What is promised of every call, looked for in the platform's data and in its record of requests.

use std::collections::{BTreeMap, BTreeSet};

use local_platform::{OWNER, RecordedRequest};
use reqwest::StatusCode;
use serde_json::Value;

use super::world::World;
use crate::support::{Answer, secrets};

impl World {
    /// Every tenant has one alarm of the call, or an outcome that says why not, and nobody else has
    /// anything. With `restarted` the data was lost on the way.
    pub(super) async fn check(&mut self, kind: &str, answer: &Answer, what: &str, restarted: bool) {
        let what = format!("{kind}, {what}");
        let senders = self.check_requests(kind, &what, restarted);
        let alarms = self.alarms(Some(kind)).await;
        let alarms: BTreeMap<String, Vec<Value>> = alarms.into_iter().collect();
        for stranger in &self.strangers {
            assert!(
                alarms[stranger].is_empty(),
                "{what}: a stranger has {alarms:?}"
            );
        }
        for (tenant, alarms) in &alarms {
            assert!(alarms.len() <= 1, "{what}: {tenant} has {alarms:?}");
        }
        self.tally.alarms += alarms.values().map(|it| it.len() as u64).sum::<u64>();
        if answer.body.get("tenants").is_none() {
            self.check_refusal(answer, &alarms, &what);
            return;
        }
        let reports = answer.reports();
        let tenants: Vec<_> = reports.iter().map(|it| text(&it["tenant"])).collect();
        assert_eq!(tenants, self.tenants(), "{what}");
        let mut created = 0;
        for report in reports {
            let tenant = text(&report["tenant"]);
            let (outcome, alarms) = (text(&report["outcome"]), &alarms[tenant]);
            self.tally.outcomes += 1;
            if outcome == "created" {
                created += 1;
                let id = text(&report["alarmId"]);
                if !restarted {
                    assert!(
                        is_active(alarms, id),
                        "{what}: {report}, and there is {alarms:?}"
                    );
                    assert!(
                        senders.contains(tenant),
                        "{what}: {tenant}'s user sent none"
                    );
                    let raised = self.raised.entry(tenant.to_owned()).or_default();
                    raised.insert(kind.to_owned(), id.to_owned());
                }
                continue;
            }
            let known = ["failed", "unknown", "not attempted"].contains(&outcome);
            let why = report["error"].as_str().unwrap_or_default();
            assert!(known && why.len() > 10, "{what}: {report} does not say why");
            if outcome == "not attempted" {
                assert!(
                    alarms.is_empty(),
                    "{what}: {report}, and there is {alarms:?}"
                );
            }
            self.tally.failed(&format!("{outcome}: {why}"));
        }
        assert_eq!(answer.body["created"], created, "{what}");
        let status = match (created, reports.len() - created) {
            (_, 0) => StatusCode::OK,
            (0, _) => StatusCode::BAD_GATEWAY,
            _ => StatusCode::MULTI_STATUS,
        };
        assert_eq!(answer.status, status, "{what}");
    }

    /// A call that is refused as a whole has begun nothing, or says that it may have, and says why.
    fn check_refusal(
        &mut self,
        answer: &Answer,
        alarms: &BTreeMap<String, Vec<Value>>,
        what: &str,
    ) {
        let refusals = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::BAD_GATEWAY];
        let why = answer.body["message"].as_str().unwrap_or_default();
        let says_why = refusals.contains(&answer.status) && why.len() > 10;
        assert!(says_why, "{what}: {answer:?}");
        let with: Vec<_> = alarms.iter().filter(|(_, it)| !it.is_empty()).collect();
        if why.ends_with("what it has begun may take effect") && !with.is_empty() {
            self.tally.late += 1;
            return;
        }
        assert!(
            with.is_empty(),
            "{what}: refused with {answer:?}, and {with:?}"
        );
        self.tally.refused += 1;
        self.tally.failed(&format!("refused: {why}"));
    }

    /// Every request since the call began is of a user that it is for. Answers the tenants whose
    /// users have sent alarms.
    fn check_requests(&self, kind: &str, what: &str, restarted: bool) -> BTreeSet<String> {
        let requests = self.stage.platform.requests();
        let begin = format!("call={kind}");
        let begin = requests.iter().position(|it| it.query == begin);
        assert!(
            begin.is_some() || restarted,
            "{what}: more than is recorded"
        );
        let mut senders = BTreeSet::new();
        for request in &requests[begin.unwrap_or_default()..] {
            let Some((tenant, user)) = request.user.as_deref().and_then(|it| it.split_once('/'))
            else {
                let refused = [0, 401].contains(&request.status);
                assert!(refused, "{what}: answered without a user: {request:?}");
                continue;
            };
            let is_for_this_one = match user.split('_').next().unwrap_or_default() {
                "servicebootstrap" => {
                    tenant == OWNER && request.path.starts_with("/application/currentApplication")
                }
                "service" => {
                    is_of_the_fan_out(request) && !self.strangers.iter().any(|it| it == tenant)
                }
                user => user == secrets::USER,
            };
            assert!(is_for_this_one, "{what}: {request:?}");
            if user.starts_with("service_") && is_new_alarm(request) {
                senders.insert(tenant.to_owned());
            }
        }
        senders
    }

    /// The requests that tenants' users have sent to raise alarms since a call began.
    pub(super) fn alarm_requests(&self, kind: &str) -> Vec<RecordedRequest> {
        let begin = format!("call={kind}");
        let requests = self.stage.platform.requests().into_iter();
        let since = requests.skip_while(|it| it.query != begin);
        since.filter(is_new_alarm).collect()
    }

    /// All calls together: no tenant has two alarms of one call, and none that was reported is lost.
    pub(super) async fn check_all_calls(&self) {
        for (tenant, alarms) in self.alarms(None).await {
            let mut by_kind = BTreeMap::new();
            for alarm in &alarms {
                let other = by_kind.insert(text(&alarm["type"]), text(&alarm["id"]));
                assert_eq!(other, None, "{tenant} has a second one: {alarm}");
            }
            let sources: BTreeSet<_> = alarms.iter().map(|it| text(&it["source"]["id"])).collect();
            assert!(sources.len() <= 1, "{tenant} has alarms of {sources:?}");
            for (kind, id) in self.raised.get(&tenant).into_iter().flatten() {
                let there = by_kind.get(kind.as_str()).copied();
                assert_eq!(there, Some(id.as_str()), "{tenant} has lost {kind}");
            }
        }
    }
}

fn is_active(alarms: &[Value], id: &str) -> bool {
    let alarm = alarms.first();
    alarm.is_some_and(|it| text(&it["id"]) == id && text(&it["status"]) == "ACTIVE")
}

/// What the service does in a tenant, and nothing else.
fn is_of_the_fan_out(request: &RecordedRequest) -> bool {
    let paths = ["/alarm/alarms", "/inventory/managedObjects", "/identity/"];
    paths.iter().any(|path| request.path.starts_with(path))
}

fn is_new_alarm(request: &RecordedRequest) -> bool {
    request.method == "POST" && request.path == "/alarm/alarms"
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
