//! What the program is called with.

use crate::support::{Project, assert_says};

#[test]
fn help_shows_goals_options_variables_and_examples() {
    let help = Project::empty().call("help").ok();
    assert_says(
        &help,
        &[
            "pack",
            "deploy",
            "subscribe",
            "unsubscribe",
            "undeploy",
            "status",
            "logs",
            "bootstrap",
            "run",
            "validate",
            "-dir",
            "-te",
            "-id",
            "--name",
            "--applicationId",
            "C8Y_BASEURL",
            "C8Y_PASSWORD",
            "HTTPS_PROXY",
            "Examples",
        ],
    );
    assert_eq!(Project::empty().call("--help").ok(), help);
}

#[test]
fn help_among_other_goals_does_nothing_else() {
    assert_says(&Project::empty().call("deploy help").ok(), &["Usage"]);
}

#[test]
fn a_goal_or_an_option_that_is_misspelt_has_a_suggestion() {
    let project = Project::new();
    assert_says(&project.call("deplyo").has_wrong_usage(), &["deploy"]);
    assert_says(
        &project.call("deploy --tennant t1").has_wrong_usage(),
        &["--tenant"],
    );
    assert_says(&project.call("").has_wrong_usage(), &["GOAL"]);
}

#[test]
fn an_application_id_is_for_subscribe_or_unsubscribe_alone() {
    let project = Project::new();
    for line in ["deploy subscribe -id 4", "status -id=4"] {
        assert_says(
            &project.call(line).has_wrong_usage(),
            &["-id is for subscribe alone"],
        );
    }
}

#[test]
fn run_is_the_last_goal() {
    let said = Project::new().call("run status").has_wrong_usage();
    assert_says(&said, &["last goal"]);
}

#[test]
fn without_a_manifest_the_folder_is_asked_for() {
    assert_says(
        &Project::empty().call("validate").fails(),
        &["no cumulocity.json", "-dir"],
    );
}
