//! Images as engines save them, and what is wrong with others.

use std::io::Read;

use packaging::{Image, ImageError};
use serde_json::{Value, json};
use tar::EntryType;

use crate::support::{
    Tar, config, docker_save, gzip, header, hexadecimal, layer, newer_docker_save, podman_save,
};

fn right() -> Value {
    config(&[&layer("a"), &layer("b")])
}

#[track_caller]
fn refused(tar: &Tar, said: &[&str]) {
    let error = Image::read(&tar.bytes()[..])
        .expect_err("an error")
        .to_string();
    for said in said {
        assert!(error.contains(said), "{said:?} is not in: {error}");
    }
}

#[test]
fn an_image_is_read_as_docker_and_podman_save_it() {
    let expected = Image {
        id: format!("sha256:{}", hexadecimal(right().to_string().as_bytes())),
        tags: vec!["hello:1.0.0".to_owned()],
        size: 2 * layer("a").len() as u64,
    };
    let (a, b) = (layer("a"), layer("b"));
    for (name, tar) in [
        ("docker save", docker_save(&right())),
        ("newer docker save", newer_docker_save(&right(), [&a, &b])),
        (
            "compressed",
            newer_docker_save(&right(), [&gzip(&a), &gzip(&b)]),
        ),
    ] {
        let image = Image::read(&tar.bytes()[..]);
        assert_eq!(image.expect(name), expected, "{name}");
    }
    let image = Image::read(&podman_save(&right()).bytes()[..]).expect("podman save");
    assert_eq!(image.tags, ["localhost/hello:1.0.0"]);
    assert_eq!((image.id, image.size), (expected.id, expected.size));
}

#[test]
fn a_layer_that_is_there_twice_may_be_saved_once() {
    let twice = config(&[&layer("a"), &layer("a")]);
    let tar = docker_save(&twice).without("b/layer.tar");
    let tar = tar.with_link("b/layer.tar", "../a/layer.tar");
    assert!(Image::read(&tar.bytes()[..]).is_ok());
    refused(&tar.without("a/layer.tar"), &["a/layer.tar is not in it"]);
}

#[test]
fn names_may_begin_at_the_archives_folder() {
    let tar = docker_save(&right());
    let tar = tar
        .without("a/layer.tar")
        .with("./a/layer.tar", &layer("a"));
    assert!(Image::read(&tar.bytes()[..]).is_ok());
}

#[test]
fn an_image_without_a_name_has_none() {
    let tar = docker_save(&right());
    let manifest = json!([{
        "Config": format!("{}.json", hexadecimal(right().to_string().as_bytes())),
        "RepoTags": null, "Layers": ["a/layer.tar", "b/layer.tar"]
    }]);
    let tar = tar.replaced("manifest.json", manifest.to_string().as_bytes());
    let image = Image::read(&tar.bytes()[..]).expect("an image");
    assert!(image.tags.is_empty(), "{:?}", image.tags);
}

#[test]
fn what_is_no_archive_or_not_all_of_one_is_refused() {
    for bytes in [&b"PK\x03\x04"[..], &[b'x'; 4096]] {
        let error = Image::read(bytes).expect_err("no archive");
        assert!(matches!(error, ImageError::NoArchive(_)), "{error}");
    }
    let whole = docker_save(&right()).bytes();
    let cut = &whole[..1000];
    let error = Image::read(cut).expect_err("not all of it");
    assert!(matches!(error, ImageError::NoArchive(_)), "{error}");
    assert!(error.to_string().contains("docker save"), "{error}");
}

#[test]
fn an_archive_without_manifest_json_says_how_to_save_it() {
    let said = ["it has no manifest.json", "--format docker-archive"];
    refused(&docker_save(&right()).without("manifest.json"), &said);
    refused(&Tar::of([]), &said);
}

#[test]
fn exactly_one_image_is_taken() {
    let none = docker_save(&right()).replaced("manifest.json", b"[]");
    refused(&none, &["it has 0 images; save exactly one"]);
    let two = json!([
        {"Config": "a.json", "RepoTags": ["a:1"], "Layers": []},
        {"Config": "b.json", "RepoTags": null, "Layers": null},
    ]);
    let two = docker_save(&right()).replaced("manifest.json", two.to_string().as_bytes());
    refused(&two, &["it has 2 images (a:1, b.json)"]);
}

#[test]
fn an_image_for_another_platform_is_refused() {
    for (field, value, named) in [
        ("architecture", "arm64", "linux/arm64"),
        ("os", "windows", "windows/amd64"),
    ] {
        let mut config = right();
        config[field] = json!(value);
        let said = [named, "docker build --platform linux/amd64"];
        refused(&docker_save(&config), &said);
    }
}

#[test]
fn an_image_without_a_command_is_refused() {
    for run in [
        json!(null),
        json!({}),
        json!({"Entrypoint": [], "Cmd": null}),
    ] {
        let mut config = right();
        config["config"] = run;
        refused(&docker_save(&config), &["ENTRYPOINT or a CMD"]);
    }
    let mut config = right();
    config["config"] = json!({"Cmd": ["/service"]});
    assert!(Image::read(&docker_save(&config).bytes()[..]).is_ok());
}

#[test]
fn layers_are_those_of_the_configuration() {
    let tar = docker_save(&right());
    let changed = tar.clone().replaced("b/layer.tar", &layer("c"));
    let named = hexadecimal(&layer("b"));
    refused(&changed, &["b/layer.tar in it is damaged", &named]);
    refused(&tar.without("b/layer.tar"), &["b/layer.tar is not in it"]);
    let fewer = docker_save(&config(&[&layer("a")]));
    refused(&fewer, &["has 2 layers and the configuration 1"]);
    let (a, c) = (gzip(&layer("a")), gzip(&layer("c")));
    refused(
        &newer_docker_save(&right(), [&a, &c]),
        &["is damaged", &named],
    );
}

#[test]
fn a_file_that_is_named_by_its_digest_has_that_digest() {
    let (a, b) = (layer("a"), gzip(&layer("b")));
    let name = format!("blobs/sha256/{}", hexadecimal(&b));
    let tar = newer_docker_save(&right(), [&a, &b]);
    refused(
        &tar.replaced(&name, &layer("b")),
        &[&name, "is damaged", &hexadecimal(&layer("b"))],
    );
}

#[test]
fn json_that_is_none_is_named() {
    let tar = docker_save(&right());
    let broken = tar.clone().replaced("manifest.json", b"[{}]");
    refused(
        &broken,
        &["manifest.json in it is not as docker save writes it"],
    );
    refused(
        &tar.replaced("manifest.json", b"config"),
        &["manifest.json in it is no JSON"],
    );
    let config = format!("{}.json", hexadecimal(right().to_string().as_bytes()));
    let long = format!("{}{}", right(), " ".repeat(1024 * 1024));
    let tar = docker_save(&right());
    refused(
        &tar.clone().replaced(&config, long.as_bytes()),
        &[&config, "too long"],
    );
    refused(&tar.without(&config), &[&config, "is not in it"]);
}

#[test]
fn an_entry_outside_of_the_archive_or_there_twice_is_refused() {
    let tar = docker_save(&right());
    for path in ["/etc/passwd", "../a", "a/../../b"] {
        refused(&tar.clone().with(path, b""), &[path, "leads out"]);
    }
    for target in ["/etc/passwd", "../../a"] {
        let link = tar.clone().with_link("c/layer.tar", target);
        refused(&link, &[target, "leads out"]);
    }
    let twice = tar.clone().with("a/layer.tar", &layer("a"));
    refused(&twice, &["a/layer.tar", "is there twice"]);
    let twice = tar.with_link("./a/layer.tar", "x");
    refused(&twice, &["a/layer.tar", "is there twice"]);
}

#[test]
fn what_claims_more_bytes_or_entries_than_any_image_is_not_read() {
    for kind in [
        EntryType::Regular,
        EntryType::XHeader,
        EntryType::GNULongName,
    ] {
        let mut header = header("a", kind);
        header.set_size(Image::SIZE_LIMIT + 1);
        header.set_cksum();
        let error = Image::read(header.as_bytes().chain(std::io::empty()));
        let error = error.expect_err("too large");
        assert!(matches!(error, ImageError::TooLarge), "{kind:?}: {error}");
    }
    let many = (0..2000).fold(Tar::of([]), |tar, number| {
        tar.with(&number.to_string(), b"")
    });
    refused(&many, &["more than 1024 entries"]);
}
