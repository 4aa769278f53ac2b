//! Writes the samples of all bodies to where cargo-fuzz looks for inputs to begin with:
//! `cargo run --bin seeds`, in this folder.

use std::{fs, io};

use reliability_fuzz::bodies::ALL;

fn main() -> io::Result<()> {
    for body in ALL {
        let folder = format!("corpus/{}", body.name);
        fs::create_dir_all(&folder)?;
        for (number, sample) in body.samples.iter().enumerate() {
            fs::write(format!("{folder}/sample-{number}"), sample)?;
        }
    }
    Ok(())
}
