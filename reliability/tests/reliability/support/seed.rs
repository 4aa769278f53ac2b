//! Randomness that can be had again.

use std::env;

use fastrand::Rng;

/// A generator whose seed is printed, and given by `SEED` to see the same again.
pub(crate) fn rng() -> Rng {
    let seed = env::var("SEED").map_or_else(
        |_| fastrand::u64(..),
        |text| {
            text.parse()
                .unwrap_or_else(|_| panic!("SEED is {text}, and should be a number"))
        },
    );
    println!("SEED={seed}");
    Rng::with_seed(seed)
}
