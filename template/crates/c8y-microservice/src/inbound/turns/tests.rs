use futures_util::FutureExt;
use futures_util::future::{BoxFuture, poll_immediate};

use super::*;

type Waiting = BoxFuture<'static, Result<Turn, ApiError>>;

fn turns(under_way: usize, of_a_tenant: usize, waiting: usize) -> Turns {
    Turns::new(Limits {
        under_way,
        of_a_tenant,
        waiting,
        patience: Duration::from_secs(10),
    })
}

/// Somebody who stands in the line, or has a turn already.
async fn wait(turns: &Turns, tenant: &'static str, user: &'static str) -> Waiting {
    let turns = turns.clone();
    let mut waiting = async move { turns.take(tenant, user).await }.boxed();
    match poll_immediate(&mut waiting).await {
        Some(turn) => async move { turn }.boxed(),
        None => waiting,
    }
}

/// The turn of somebody who has one now.
async fn turn(waiting: &mut Waiting) -> Option<Turn> {
    let turn = poll_immediate(waiting).await?;
    Some(turn.unwrap_or_else(|error| panic!("{error}")))
}

/// The turn of the first who comes.
async fn taken(turns: &Turns) -> Turn {
    let turn = turns.take("a", "x").await;
    turn.unwrap_or_else(|error| panic!("{error}"))
}

/// Ends one turn after the other, and tells whose each next one was.
async fn order(first: Turn, mut waiting: Vec<(&'static str, Waiting)>) -> Vec<&'static str> {
    let mut order = Vec::new();
    drop(first);
    while !waiting.is_empty() {
        let mut next = None;
        for (index, (_, waiting)) in waiting.iter_mut().enumerate() {
            if let Some(turn) = turn(waiting).await {
                assert!(next.is_none(), "two turns at once: {order:?}");
                next = Some((index, turn));
            }
        }
        let (index, turn) = next.unwrap_or_else(|| panic!("nobody's turn after {order:?}"));
        order.push(waiting.remove(index).0);
        drop(turn);
    }
    order
}

#[tokio::test]
async fn tenants_take_turns_however_many_each_has_waiting() {
    let turns = turns(1, 1, 100);
    let first = taken(&turns).await;
    let mut waiting = Vec::new();
    for (name, tenant) in [
        ("a1", "a"),
        ("a2", "a"),
        ("a3", "a"),
        ("b1", "b"),
        ("c1", "c"),
        ("b2", "b"),
    ] {
        waiting.push((name, wait(&turns, tenant, "x").await));
    }
    let expected = ["a1", "b1", "c1", "a2", "b2", "a3"];
    assert_eq!(order(first, waiting).await, expected);
}

#[tokio::test]
async fn users_of_a_tenant_take_turns_however_often_each_tries() {
    let turns = turns(1, 1, 100);
    let first = taken(&turns).await;
    let mut waiting = Vec::new();
    for (name, user) in [
        ("x1", "x"),
        ("x2", "x"),
        ("x3", "x"),
        ("y1", "y"),
        ("z1", "z"),
    ] {
        waiting.push((name, wait(&turns, "a", user).await));
    }
    let expected = ["x1", "y1", "z1", "x2", "x3"];
    assert_eq!(order(first, waiting).await, expected);
}

#[tokio::test]
async fn no_tenant_has_all_turns_and_all_have_no_more_than_there_are() {
    let turns = turns(4, 2, 100);
    let mut of_a = Vec::new();
    let mut of_b = Vec::new();
    for _ in 0..10 {
        of_a.push(wait(&turns, "a", "x").await);
    }
    for _ in 0..10 {
        of_b.push(wait(&turns, "b", "x").await);
    }
    let mut of_c = wait(&turns, "c", "x").await;
    let mut held = Vec::new();
    for waiting in of_a.iter_mut().chain(&mut of_b) {
        held.push(turn(waiting).await);
    }
    let with_turn = |held: &[Option<Turn>]| held.iter().flatten().count();
    assert_eq!((with_turn(&held[..10]), with_turn(&held[10..])), (2, 2));
    assert!(turn(&mut of_c).await.is_none());
    // One more of each who came before, and then `c`.
    for (index, of_a_or_b) in [(0, &mut of_a[2]), (10, &mut of_b[2])] {
        held[index] = None;
        held[index] = turn(of_a_or_b).await;
        assert!(held[index].is_some() && turn(&mut of_c).await.is_none());
    }
    held[0] = None;
    assert!(turn(&mut of_c).await.is_some());
}

#[tokio::test]
async fn where_too_many_wait_the_newest_of_those_who_have_most_is_turned_away() {
    let turns = turns(1, 1, 3);
    let held = taken(&turns).await;
    let mut first = wait(&turns, "a", "x").await;
    let mut second = wait(&turns, "a", "x").await;
    let mut third = wait(&turns, "a", "x").await;
    let mut fourth = wait(&turns, "a", "x").await;
    let mut other_user = wait(&turns, "a", "y").await;
    let mut other_tenant = wait(&turns, "b", "x").await;
    for away in [&mut fourth, &mut third, &mut second] {
        let refusal = poll_immediate(away).await.expect("turned away at once");
        let refusal = refusal.err().expect("no turn");
        let answer = actix_web::ResponseError::error_response(&refusal);
        assert_eq!(answer.status().as_u16(), 503);
        assert_eq!(answer.headers().get("retry-after").unwrap(), "1");
    }
    let mut third_tenant = wait(&turns, "c", "x").await;
    let refusal = poll_immediate(&mut other_user).await;
    assert!(matches!(refusal, Some(Err(_))), "two of one tenant");
    for newcomer in [("d", "x"), ("a", "z")] {
        let mut waiting = wait(&turns, newcomer.0, newcomer.1).await;
        let refusal = poll_immediate(&mut waiting).await;
        assert!(matches!(refusal, Some(Err(_))), "nobody has more waiting");
    }
    drop(held);
    for next in [&mut first, &mut other_tenant, &mut third_tenant] {
        assert!(turn(next).await.is_some());
    }
}

#[tokio::test]
async fn who_has_gone_has_neither_a_turn_nor_a_place() {
    let turns = turns(1, 1, 2);
    let held = taken(&turns).await;
    for _ in 0..100 {
        drop(wait(&turns, "a", "x").await);
    }
    let mut one = wait(&turns, "b", "x").await;
    drop(wait(&turns, "c", "x").await);
    let mut two = wait(&turns, "d", "x").await;
    let mut three = wait(&turns, "e", "x").await;
    drop(held);
    assert!(turn(&mut one).await.is_some());
    assert!(turn(&mut two).await.is_some());
    let refusal = poll_immediate(&mut three).await;
    assert!(matches!(refusal, Some(Err(_))), "two wait already");
}

/// Its caller goes away between being given the turn and taking it.
#[tokio::test]
async fn a_turn_that_nobody_takes_is_the_next_ones() {
    let turns = turns(1, 1, 10);
    let held = taken(&turns).await;
    let gone = wait(&turns, "b", "x").await;
    let mut next = wait(&turns, "c", "x").await;
    drop(held);
    assert!(turn(&mut next).await.is_none());
    drop(gone);
    assert!(turn(&mut next).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_turn_is_waited_for_only_so_long() {
    let turns = turns(1, 1, 10);
    let _held = taken(&turns).await;
    let before = tokio::time::Instant::now();
    let refusal = turns.take("b", "x").await.err().expect("no turn");
    assert_eq!(before.elapsed().as_secs(), 10);
    assert!(
        refusal
            .to_string()
            .contains("its turn did not come in time")
    );
}

/// Whoever comes, waits, goes and is turned away, by chance: nothing is left behind.
#[tokio::test]
async fn all_turns_are_there_again_whatever_happened() {
    const TENANTS: [&str; 4] = ["a", "b", "c", "d"];
    let mut random = fastrand::Rng::with_seed(7);
    let turns = turns(3, 2, 5);
    let (mut waiting, mut held) = (Vec::new(), Vec::new());
    for step in 0..20_000 {
        match random.u8(..4) {
            0 | 1 => {
                let (tenant, user) = (random.choice(TENANTS), random.choice(TENANTS));
                waiting.push(wait(&turns, tenant.unwrap(), user.unwrap()).await);
            }
            2 if !waiting.is_empty() => {
                let mut one: Waiting = waiting.swap_remove(random.usize(..waiting.len()));
                if let Some(Ok(turn)) = poll_immediate(&mut one).await {
                    held.push(turn);
                }
            }
            _ if !held.is_empty() => drop::<Turn>(held.swap_remove(random.usize(..held.len()))),
            _ => {}
        }
        let line = format!("{turns:?}");
        assert!(held.len() <= 3, "step {step}: {line}");
    }
    drop((waiting, held));
    assert_eq!(format!("{turns:?}"), "Turns(0 under way, 0 waiting)");
}
