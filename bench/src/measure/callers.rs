//! Requests of a caller: beside an endpoint that is open to everyone, and many at once of one that is
//! not known yet.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::Outcome;
use crate::numbers::median;
use crate::plan::Plan;
use crate::platform::{CORE, OWNER, Platform};
use crate::report::{Report, Target};
use crate::service::Service;
use crate::workspace::Workspace;
use crate::wrk::{Request, measure as wrk};

const CONNECTIONS: usize = 16;
const AUTHENTICATED: &str = "/greeting";
const OPEN: &str = "/health/liveness";

pub(super) fn measure(workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
    let platform = Platform::start(&workspace.platform, plan.tenants)?;
    let service = Service::start(workspace, &platform)?;
    at_once(&service, plan.at_once)?;
    let checks = service.requests(|api| api == "user")?;
    let request = Request {
        method: "GET",
        authorization: OWNER,
        body: None,
        connections: CONNECTIONS,
    };
    let rate = |path: &str| {
        let url = format!("{}{path}", service.url);
        wrk(&url, &request, CORE, plan.seconds)
    };
    let (mut authenticated, mut shares) = (Vec::new(), Vec::new());
    let of_tenants = |api: &str| api != "application";
    let before = service.requests(of_tenants)?;
    for _ in 0..plan.turns {
        let (open, known) = (rate(OPEN)?, rate(AUTHENTICATED)?);
        authenticated.push(known);
        shares.push(known / open);
    }
    let asked = service.requests(of_tenants)? - before;
    if asked > 0.0 {
        return Err(format!("{asked} requests to the platform for a known caller").into());
    }
    let name = "authenticated requests, share of liveness' rate";
    report.judge(name, median(shares), Target::AtLeast(0.8), "");
    report.note("authenticated requests", median(authenticated), "1/s");
    let name = format!("checks for {} first requests at once", plan.at_once);
    report.judge(&name, checks, Target::AtMost(1.0), "requests");
    Ok(())
}

/// All are sent before the first answer is read.
fn at_once(service: &Service, number: usize) -> Outcome {
    let address = service.url.trim_start_matches("http://");
    let request = format!(
        "GET {AUTHENTICATED} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {OWNER}\r\n\
         Connection: close\r\n\r\n"
    );
    let mut connections = Vec::with_capacity(number);
    for _ in 0..number {
        connections.push(TcpStream::connect(address)?);
    }
    for connection in &mut connections {
        connection.write_all(request.as_bytes())?;
    }
    for mut connection in connections {
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        if !answer.starts_with("HTTP/1.1 200 ") {
            return Err(format!("one of {number} at once is answered: {answer}").into());
        }
    }
    Ok(())
}
