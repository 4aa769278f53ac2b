#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reliability_fuzz::run("options", data));
