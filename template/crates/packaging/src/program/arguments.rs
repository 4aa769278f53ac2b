//! What the program is called with: goals and options.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, ValueEnum};
use secrecy::SecretString;

use super::build;

const AFTER: &str = "\
Goals run in the order in which they are named; build, pack, deploy and subscribe among themselves in
this one. The platform's own tool has the options -dir, -te and -id, which are known here as well.

Environment, each where its option is not given:
  C8Y_BASEURL   address of the platform (-d)
  C8Y_TENANT    tenant (-te), where the user does not say it
  C8Y_USER      user (-u)
  C8Y_PASSWORD  password (-p); without it the program asks for it
  HTTPS_PROXY, NO_PROXY  the proxy, and the hosts that are reached without it

Examples:
  microservice pack deploy subscribe -d https://acme.cumulocity.com -u t100/jane
  microservice status -d acme.cumulocity.com -te t100 -u jane
  microservice bootstrap run -d acme.cumulocity.com -te t100 -u jane
  microservice subscribe -id 4711 -d acme.cumulocity.com -te t101 -u t100/jane";

/// Packs, deploys and subscribes a microservice.
#[derive(Parser)]
#[command(
    name = "microservice",
    after_help = AFTER,
    max_term_width = 100,
    override_usage = "microservice GOAL... [OPTION]..."
)]
pub(super) struct Arguments {
    /// What to do, one after the other.
    #[arg(required = true, value_name = "GOAL")]
    goals: Vec<Goal>,
    /// Folder with cumulocity.json and docker/; the current one, or the nearest above it with a
    /// manifest [also -dir]
    #[arg(long, value_name = "FOLDER")]
    pub(super) directory: Option<PathBuf>,
    /// Name of the image and of the zip; the manifest's unless given
    #[arg(short, long)]
    pub(super) name: Option<String>,
    /// Tag of the image
    #[arg(short, long, default_value = "latest")]
    pub(super) tag: String,
    #[command(flatten)]
    pub(super) build: build::Options,
    /// Address of the platform; https unless it says http, or is on this machine
    #[arg(short, long, value_name = "ADDRESS")]
    pub(super) deploy: Option<String>,
    /// User, with the tenant before it (t100/jane) where -te does not name the user's
    #[arg(short, long)]
    pub(super) user: Option<String>,
    /// Password; better not given here, where others on this machine can see it
    #[arg(short, long, allow_hyphen_values = true)]
    pub(super) password: Option<SecretString>,
    /// Tenant to subscribe, and the user's where -u does not say it [also -te]
    #[arg(long)]
    pub(super) tenant: Option<String>,
    /// Name of the application; that of -n, else the manifest's
    #[arg(short, long)]
    pub(super) application: Option<String>,
    /// ID of the application, for subscribe or unsubscribe alone [also -id]
    #[arg(long = "applicationId", value_name = "ID")]
    pub(super) application_id: Option<String>,
    #[command(flatten)]
    pub(super) log: LogOptions,
}

/// What `logs` shows.
#[derive(Args)]
pub(super) struct LogOptions {
    /// Shows the log of this instance alone
    #[arg(long)]
    pub(super) instance: Option<String>,
    /// Shows the log from this time on, such as 2030-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(super) since: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Goal {
    /// Prints this help
    Help,
    /// Checks the manifest
    Validate,
    /// Builds the service for the image, into docker/
    Build,
    /// Builds the service and packs image and manifest into NAME.zip
    Pack,
    /// Uploads NAME.zip; creates the application if there is none
    Deploy,
    /// Subscribes the tenant to the application
    Subscribe,
    /// Ends the tenant's subscription
    Unsubscribe,
    /// Deletes the application
    Undeploy,
    /// Shows the application's version, instances and subscribed tenants
    Status,
    /// Shows the logs of its instances
    Logs,
    /// Registers the application for local development: creates it, subscribes the tenant, and
    /// writes .env
    Bootstrap,
    /// Starts the service here with .env in its environment
    Run,
}

impl Goal {
    /// Whether the platform is asked, so that its address and credentials are needed.
    pub(super) fn asks_platform(self) -> bool {
        use Goal::{Build, Help, Pack, Run, Validate};
        !matches!(self, Help | Validate | Build | Pack | Run)
    }

    /// Whether it is one of those that have an order among themselves.
    fn is_ordered(self) -> bool {
        (Self::Build..=Self::Subscribe).contains(&self)
    }
}

impl Arguments {
    /// The program's arguments. Where they are wrong this says so and ends the program.
    pub(super) fn read() -> Self {
        let arguments = Self::parse_from(long_forms(std::env::args_os()));
        if let Some(problem) = arguments.problem() {
            let kind = ErrorKind::ArgumentConflict;
            Self::command().error(kind, problem).exit();
        }
        arguments
    }

    /// What `help` prints.
    pub(super) fn help() -> String {
        Self::command().render_long_help().to_string()
    }

    /// The goals in the order in which they run.
    pub(super) fn goals(&self) -> Vec<Goal> {
        let ordered = self.goals.iter().copied().filter(|it| it.is_ordered());
        let mut ordered: Vec<Goal> = ordered.collect();
        ordered.sort_unstable();
        let mut ordered = ordered.into_iter();
        let at = |goal: &Goal| goal.is_ordered().then(|| ordered.next()).flatten();
        let places = self
            .goals
            .iter()
            .scan(at, |at, goal| Some(at(goal).unwrap_or(*goal)));
        places.collect()
    }

    fn problem(&self) -> Option<&'static str> {
        let last = self.goals.len().saturating_sub(1);
        if self.goals.iter().take(last).any(|goal| *goal == Goal::Run) {
            return Some("run goes on until it is stopped: it has to be the last goal");
        }
        let lone = matches!(*self.goals, [Goal::Subscribe | Goal::Unsubscribe]);
        (self.application_id.is_some() && !lone)
            .then_some("-id is for subscribe alone or unsubscribe alone")
    }
}

/// Options with one dash and several letters, which the platform's own tool has.
const SHORT_FORMS: [(&str, &str); 3] = [
    ("-dir", "--directory"),
    ("-te", "--tenant"),
    ("-id", "--applicationId"),
];

/// Replaces such options, also as `-te=t100`. What follows `-p` is a password, whatever it looks
/// like.
fn long_forms(arguments: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    let mut is_password = false;
    arguments.map(move |argument| {
        let replaced = if is_password {
            None
        } else {
            long_form(&argument)
        };
        is_password = !is_password && (argument == "-p" || argument == "--password");
        replaced.unwrap_or(argument)
    })
}

fn long_form(argument: &OsString) -> Option<OsString> {
    let text = argument.to_str()?;
    SHORT_FORMS.iter().find_map(|(short, long)| {
        let rest = text.strip_prefix(short)?;
        (rest.is_empty() || rest.starts_with('=')).then(|| format!("{long}{rest}").into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(arguments: &[&str]) -> Vec<OsString> {
        long_forms(arguments.iter().map(OsString::from)).collect()
    }

    fn goals(line: &str) -> Vec<Goal> {
        let arguments = ["microservice"].into_iter().chain(line.split(' '));
        Arguments::try_parse_from(arguments).map_or_else(|error| panic!("{error}"), |it| it.goals())
    }

    #[test]
    fn options_with_one_dash_are_those_with_two() {
        assert_eq!(
            long(&["-dir", "x", "-te=t1", "-id", "4", "-t", "1", "-tex"]),
            [
                "--directory",
                "x",
                "--tenant=t1",
                "--applicationId",
                "4",
                "-t",
                "1",
                "-tex"
            ]
        );
    }

    #[test]
    fn a_password_is_not_taken_for_an_option() {
        assert_eq!(
            long(&["-p", "-te", "-te", "t1"]),
            ["-p", "-te", "--tenant", "t1"]
        );
        assert_eq!(
            long(&["-p", "-p", "-te", "t1"]),
            ["-p", "-p", "--tenant", "t1"]
        );
    }

    #[test]
    fn packing_deploying_and_subscribing_have_one_order_and_other_goals_their_place() {
        use Goal::{Deploy, Pack, Status, Subscribe, Undeploy};
        assert_eq!(goals("subscribe deploy pack"), [Pack, Deploy, Subscribe]);
        assert_eq!(
            goals("undeploy subscribe deploy status"),
            [Undeploy, Deploy, Subscribe, Status]
        );
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
