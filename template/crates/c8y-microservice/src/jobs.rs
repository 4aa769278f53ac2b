//! Work that is done for each subscribed tenant, again and again.

mod pace;
mod scheduler;

use std::fmt::{self, Display};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::timeout;
use tracing::{Instrument, error, error_span, warn};

use crate::microservice::{Error, Microservice};
use crate::platform::TenantClient;
pub(crate) use scheduler::Scheduler;

const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
const LONGEST_INTERVAL: Duration = Duration::from_hours(365 * 24);
/// What every run may take, also where the interval is shorter.
const SHORTEST_LIMIT: Duration = Duration::from_mins(1);

/// The jobs of a service that is about to start.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Vec<Job>);

struct Job {
    name: String,
    interval: Duration,
    work: Box<dyn Fn(TenantClient) -> BoxFuture<'static, ()> + Send + Sync>,
}

impl Microservice {
    /// Does `work` for each subscribed tenant, every `interval`, from the tenant's subscription to
    /// its end. Needs the feature `jobs`.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use c8y_microservice::http::Method;
    /// # use c8y_microservice::{Config, Error, Microservice, PlatformError};
    /// # async fn example(config: Config) -> Result<(), Error> {
    /// Microservice::new(config)
    ///     .every(Duration::from_mins(5), "count-alarms", |client| async move {
    ///         let request = client.request(Method::GET, "/alarm/alarms/count");
    ///         let alarms: u64 = request.send().await?.json()?;
    ///         tracing::info!(alarms, "counted");
    ///         Ok::<_, PlatformError>(())
    ///     })
    /// #   .serve(|_| {})
    /// #   .await
    /// # }
    /// ```
    ///
    /// - **When**: the first run begins at a random moment within the interval after the
    ///   subscription, and within a minute where the interval is longer: neither all tenants nor
    ///   all instances of the service begin at once. From there a run begins every interval. It
    ///   does not wait for [`on_subscribed`](Self::on_subscribed).
    /// - **Apart**: tenants run side by side, at most `FAN_OUT_CONCURRENCY` runs at once over all
    ///   jobs; a slow one takes no more than its place. A job never runs twice at once for a tenant:
    ///   a run that lasts longer than the interval skips the moments that it misses.
    /// - **Failures**: an error or a panic is logged, and the next run comes as usual. What is
    ///   logged in `work` carries the job's name and the tenant.
    /// - **Ends**: a run that takes longer than the interval, or a minute where that is longer, is
    ///   dropped with a warning. So is, without one, the run of a tenant that leaves: the platform
    ///   has deleted its service user. After a stop signal no run begins, and those under way are
    ///   dropped when the service ends. So `work` has to bear being cut off where it awaits.
    ///
    /// Every instance of the service does this on its own, and a restart begins anew: the work has
    /// to be harmless when it is done twice. Where only one instance may do it, let them ask the
    /// tenant: of all that bind the same external ID, such as one with the date of a report, one
    /// succeeds and the others get 409.
    ///
    /// An interval below one second or above 365 days, and a name that is empty or taken, are
    /// refused by [`serve`](Self::serve), all of them in one [`Error::Jobs`].
    #[must_use]
    pub fn every<F, W, E>(mut self, interval: Duration, name: &str, work: F) -> Self
    where
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.jobs = self.jobs.with(interval, name, work);
        self
    }
}

impl Jobs {
    fn with<F, W, E>(mut self, interval: Duration, name: &str, work: F) -> Self
    where
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        let work = move |client| {
            let doing = work(client);
            async move { doing.await.unwrap_or_else(|error| warn!(%error, "failed")) }.boxed()
        };
        self.0.push(Job {
            name: name.to_owned(),
            interval,
            work: Box::new(work),
        });
        self
    }

    /// The jobs, if all of them can be done.
    fn checked(self) -> Result<Vec<Job>, Error> {
        let mut problems = Vec::new();
        for (index, job) in self.0.iter().enumerate() {
            if job.name.trim().is_empty() {
                problems.push("a name is empty".to_owned());
            } else if self.0[..index].iter().any(|other| other.name == job.name) {
                problems.push(format!("{}: the name is taken", job.name));
            }
            if !(SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&job.interval) {
                let Job { name, interval, .. } = job;
                problems.push(format!(
                    "{name}: the interval is {interval:?}, not between 1 second and 365 days"
                ));
            }
        }
        if problems.is_empty() {
            Ok(self.0)
        } else {
            Err(Error::Jobs(problems))
        }
    }
}

impl Job {
    /// One run, whatever comes of it.
    async fn run(&self, client: TenantClient) {
        let span = error_span!("job", name = self.name, tenant = %client.tenant());
        let limit = self.interval.max(SHORTEST_LIMIT);
        // Called within, so that a panic before there is a future ends the run alone, too.
        let work = AssertUnwindSafe(async { (self.work)(client).await }).catch_unwind();
        let run = async {
            match timeout(limit, work).await {
                Ok(Ok(())) => {}
                // The log has the place already.
                Ok(Err(_panic)) => error!("panicked"),
                Err(_elapsed) => warn!(limit_s = limit.as_secs(), "a run was ended"),
            }
        };
        run.instrument(span).await;
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} every {:?}", self.name, self.interval)
    }
}

#[cfg(test)]
mod tests;
