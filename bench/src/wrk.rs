//! `wrk`, on a core of its own.

use std::process::Command;

use crate::Outcome;
use crate::process::on_core;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/wrk/request.lua");

/// A request that is sent again and again, over as many connections as there are.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) authorization: &'a str,
    pub(crate) body: Option<&'a str>,
    pub(crate) connections: usize,
}

/// Requests per second, sent from a core for some seconds.
pub(crate) fn measure(url: &str, request: &Request<'_>, core: usize, seconds: u64) -> Outcome<f64> {
    let mut wrk = on_core(core, &Command::new("wrk"));
    wrk.args(["--threads", "1", "--script", SCRIPT])
        .args(["--connections", &request.connections.to_string()])
        .args(["--duration", &format!("{seconds}s"), url])
        .env("REQUEST_METHOD", request.method)
        .env("REQUEST_AUTHORIZATION", request.authorization);
    if let Some(body) = request.body {
        wrk.env("REQUEST_BODY", body);
    }
    let output = wrk.output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    rate(&printed).map_err(|problem| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("wrk on {url}: {problem}\n{printed}{said}").into()
    })
}

/// The rate in the line that the script prints; an answer that is no success spoils it.
fn rate(printed: &str) -> Result<f64, String> {
    let line = printed
        .lines()
        .find_map(|line| line.strip_prefix("measured "));
    let line = line.ok_or("it measured nothing")?;
    let numbers: Result<Vec<f64>, _> = line.split(' ').map(str::parse).collect();
    match numbers.as_deref() {
        Ok(&[requests, microseconds, 0.0, 0.0]) => Ok(requests * 1e6 / microseconds),
        Ok(&[_, _, refused, broken]) => Err(format!(
            "{refused} answers that are no success, {broken} broken connections"
        )),
        _ => Err(format!("not a measurement: {line}")),
    }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn the_rate_counts_only_where_every_answer_is_a_success() {
        assert_eq!(rate("Running\nmeasured 3000 2000000 0 0\n"), Ok(1500.0));
        assert!(rate("measured 3000 2000000 7 0").is_err_and(|it| it.starts_with("7 answers")));
        assert!(rate("measured 3000 2000000 0 1").is_err());
        assert!(rate("Running").is_err());
    }
}
