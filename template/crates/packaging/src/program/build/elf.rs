//! Whether a program runs in an empty file system on linux/amd64, as far as its head says.

/// The head of a 64-bit ELF file, and where things are in it.
const HEAD: usize = 64;
const X86_64: u16 = 62;
const INTERPRETER: u32 = 3;

/// Checks that a program is for Linux on x86-64, and that it loads no libraries.
pub(super) fn check(program: &[u8]) -> Result<(), ElfError> {
    let head = program.get(..HEAD).ok_or(ElfError::OtherPlatform)?;
    let is_elf_of_64_bits = head.starts_with(b"\x7fELF\x02\x01");
    if !is_elf_of_64_bits || number(head, 18, 2) != Some(X86_64.into()) {
        return Err(ElfError::OtherPlatform);
    }
    let place = |at, length| number(head, at, length).and_then(|it| usize::try_from(it).ok());
    let (Some(table), Some(length), Some(count)) = (place(32, 8), place(54, 2), place(56, 2))
    else {
        return Err(ElfError::Damaged);
    };
    for entry in 0..count {
        let kind = number(program, table.saturating_add(entry * length), 4);
        match kind {
            None => return Err(ElfError::Damaged),
            Some(kind) if kind == u64::from(INTERPRETER) => return Err(ElfError::Dynamic),
            Some(_) => {}
        }
    }
    Ok(())
}

/// The number in some bytes, the lowest byte first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    Some(bytes.iter().rev().fold(0, add))
}

/// Why a program does not run there.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ElfError {
    #[error("no program for Linux on x86-64; build it with --in-container")]
    OtherPlatform,
    #[error("no whole program; build it anew")]
    Damaged,
    #[error(
        "not static: it loads libraries, which the image has not. Look for -crt-static in RUSTFLAGS \
         and cargo's configuration, and for a dependency that links to a shared library"
    )]
    Dynamic,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program with two entries in its table, the second of this kind.
    fn program(machine: u16, kind: u32) -> Vec<u8> {
        let mut program = vec![0; HEAD];
        program[..6].copy_from_slice(b"\x7fELF\x02\x01");
        program[18..20].copy_from_slice(&machine.to_le_bytes());
        program[32..40].copy_from_slice(&64_u64.to_le_bytes());
        program[54..56].copy_from_slice(&56_u16.to_le_bytes());
        program[56..58].copy_from_slice(&2_u16.to_le_bytes());
        for kind in [1, kind] {
            program.extend(kind.to_le_bytes());
            program.extend([0; 52]);
        }
        program
    }

    #[test]
    fn a_program_without_an_interpreter_is_static() {
        assert_eq!(check(&program(X86_64, 2)), Ok(()));
        assert_eq!(check(&program(X86_64, INTERPRETER)), Err(ElfError::Dynamic));
    }

    #[test]
    fn a_program_for_another_platform_is_refused() {
        let arm = program(183, 2);
        for other in [&arm[..], b"MZ", b"", &[0; 100]] {
            assert_eq!(check(other), Err(ElfError::OtherPlatform));
        }
    }

    #[test]
    fn half_a_program_is_refused() {
        let whole = program(X86_64, 2);
        assert_eq!(check(&whole[..HEAD + 40]), Err(ElfError::Damaged));
        let mut far = whole;
        far[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(check(&far), Err(ElfError::Damaged));
    }

    #[test]
    fn this_test_is_a_program_and_is_told_apart() {
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            return;
        }
        let own = std::env::current_exe().and_then(std::fs::read);
        let is_static = cfg!(target_feature = "crt-static");
        let expected = is_static.then_some(()).ok_or(ElfError::Dynamic);
        assert_eq!(check(&own.expect("this program")), expected);
    }
}
