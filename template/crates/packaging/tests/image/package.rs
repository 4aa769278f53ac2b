//! Packages: the zip with manifest and image.

use std::io::{Cursor, Write};

use packaging::{FILE_NAME, IMAGE_NAME, Image, Package, PackageError};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::support::{config, docker_save, layer};

const MANIFEST: &str =
    r#"{"apiVersion": "2", "name": "hello", "version": "1.0.0", "provider": {"name": "Acme"}}"#;

fn image() -> Vec<u8> {
    docker_save(&config(&[&layer("a"), &layer("b")])).bytes()
}

fn package() -> Vec<u8> {
    let mut zip = Cursor::new(Vec::new());
    Package::write(MANIFEST, &image()[..], &mut zip).expect("a package");
    zip.into_inner()
}

/// A zip as other tools make it.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in files {
        zip.start_file(*name, stored).expect("a file");
        zip.write_all(content).expect("its content");
    }
    zip.finish().expect("a zip").into_inner()
}

#[track_caller]
fn refused(zip: &[u8], said: &str) -> PackageError {
    let error = Package::read(Cursor::new(zip)).expect_err(said);
    assert!(
        error.to_string().contains(said),
        "{said:?} is not in: {error}"
    );
    error
}

#[test]
fn a_package_has_its_manifest_and_its_image() {
    for zip in [
        package(),
        zip(&[(FILE_NAME, MANIFEST.as_bytes()), (IMAGE_NAME, &image())]),
    ] {
        let package = Package::read(Cursor::new(&zip)).expect("a package");
        assert_eq!(package.manifest.name.as_deref(), Some("hello"));
        assert_eq!(package.image, Image::read(&image()[..]).expect("an image"));
        let mut copy = Vec::new();
        let length = Package::copy_image(Cursor::new(&zip), &mut copy).expect("an image");
        assert!(
            copy == image() && length == image().len() as u64,
            "{length}"
        );
    }
}

#[test]
fn the_same_content_gives_the_same_bytes_and_both_files_are_compressed() {
    let first = package();
    assert!(first == package(), "the bytes differ");
    assert!(first.len() < image().len() / 2, "{}", first.len());
    let mut zip = ZipArchive::new(Cursor::new(first)).expect("a zip");
    let names = zip
        .file_names()
        .map(|name| name.expect("a name").into_owned());
    let names: Vec<_> = names.collect();
    assert_eq!(names, [FILE_NAME, IMAGE_NAME]);
    let file = zip.by_name(IMAGE_NAME).expect("the image");
    let time = file.last_modified().expect("a time");
    assert_eq!(time.to_string(), "1980-01-01 00:00:00");
}

#[test]
fn what_is_no_zip_is_refused() {
    for bytes in [&b""[..], b"no zip"] {
        let error = refused(bytes, "the file is no zip");
        assert!(matches!(error, PackageError::NoZip(_)), "{error}");
        let copied = Package::copy_image(Cursor::new(bytes), &mut Vec::new());
        assert!(matches!(copied, Err(PackageError::NoZip(_))), "{copied:?}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let all = "has cumulocity.json and image.tar at its root; this one has no ";
    refused(
        &zip(&[("folder/image.tar", b"")]),
        &format!("{all}{FILE_NAME} and {IMAGE_NAME}"),
    );
    refused(&zip(&[(FILE_NAME, b"")]), &format!("{all}{IMAGE_NAME}"));
    refused(&zip(&[(IMAGE_NAME, b"")]), &format!("{all}{FILE_NAME}"));
}

#[test]
fn a_manifest_that_the_platform_refuses_is_refused() {
    let zip_of = |manifest: &[u8]| zip(&[(FILE_NAME, manifest), (IMAGE_NAME, b"")]);
    refused(
        &zip_of(b"{}"),
        "cumulocity.json would be refused by the platform:\n  $.apiVersion",
    );
    refused(
        &zip_of(b"{"),
        "cumulocity.json is not the JSON of a manifest",
    );
    refused(
        &zip_of(b"\xff"),
        "cumulocity.json in the zip cannot be read",
    );
    refused(&zip_of(&vec![b' '; 1024 * 1024 + 1]), "longer than 1 MiB");
}

#[test]
fn an_image_that_the_platform_cannot_run_is_refused() {
    let arm = config(&[&layer("a"), &layer("b")])
        .to_string()
        .replace("amd64", "arm64");
    let arm = docker_save(&serde_json::from_str(&arm).expect("JSON")).bytes();
    let zip = zip(&[(FILE_NAME, MANIFEST.as_bytes()), (IMAGE_NAME, &arm)]);
    refused(
        &zip,
        "image.tar in the zip is not the image of a microservice: it is built for linux/arm64",
    );
}

#[test]
fn a_zip_that_was_damaged_on_its_way_is_refused() {
    let whole = zip(&[(FILE_NAME, MANIFEST.as_bytes()), (IMAGE_NAME, &image())]);
    refused(&whole[..whole.len() - 40], "the file is no zip");
    // After the end of the archive in it: only the zip's own check can tell.
    let end = whole
        .windows(4)
        .rposition(|it| it == b"PK\x01\x02")
        .expect("a directory");
    let first = whole[..end]
        .windows(4)
        .rposition(|it| it == b"PK\x01\x02")
        .expect("a directory");
    let mut damaged = whole;
    damaged[first - 1] ^= 1;
    refused(&damaged, "image.tar in the zip cannot be read");
}

#[test]
fn an_image_that_unpacks_to_more_than_any_is_not_unpacked() {
    let mut header = crate::support::header("a", tar::EntryType::Regular);
    header.set_size(Image::SIZE_LIMIT + 1);
    header.set_cksum();
    let zip = zip(&[
        (FILE_NAME, MANIFEST.as_bytes()),
        (IMAGE_NAME, header.as_bytes()),
    ]);
    refused(&zip, "it has more than 2048 MiB");
}
