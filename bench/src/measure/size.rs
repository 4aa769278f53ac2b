//! The image.

use std::fs::{self, File};
use std::io::BufReader;

use packaging::Image;

use crate::Outcome;
use crate::plan::Plan;
use crate::report::{Report, Target};
use crate::workspace::Workspace;

pub(super) fn measure(workspace: &Workspace, _: &Plan, report: &mut Report) -> Outcome {
    let image = Image::read(BufReader::new(File::open(&workspace.image)?))?;
    let program = fs::metadata(&workspace.service)?.len();
    report.judge(
        "image, uncompressed",
        mebibytes(image.size)?,
        Target::AtMost(8.0),
        "MiB",
    );
    report.note("image, the program", mebibytes(program)?, "MiB");
    Ok(())
}

fn mebibytes(bytes: u64) -> Outcome<f64> {
    Ok(f64::from(u32::try_from(bytes)?) / super::MIB)
}
