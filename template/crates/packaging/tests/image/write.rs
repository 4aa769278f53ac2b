//! Images that are made without an engine.

use std::fs;
use std::path::Path;

use packaging::{Image, ImageError};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{contents, hexadecimal, listing, unpacked};

/// A folder with files to copy, and this Dockerfile.
pub(crate) fn context(dockerfile: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    fs::create_dir_all(path.join("web/deep")).expect("a folder");
    #[cfg(unix)]
    for folder in ["web", "web/deep"] {
        set_mode(&path.join(folder), 0o755);
    }
    put(&path.join("Dockerfile"), dockerfile, 0o644);
    put(&path.join("service"), "#!/bin/false\n", 0o755);
    put(&path.join("roots.crt"), "PEM", 0o644);
    put(&path.join("web/index.html"), "<html>", 0o640);
    put(&path.join("web/deep/a b.txt"), "deep", 0o600);
    #[cfg(unix)]
    std::os::unix::fs::symlink("index.html", path.join("web/link")).expect("a link");
    folder
}

#[cfg_attr(not(unix), expect(unused_variables))]
fn put(path: &Path, content: &str, mode: u32) {
    fs::write(path, content).expect("a file");
    #[cfg(unix)]
    set_mode(path, mode);
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its mode");
}

#[track_caller]
pub(crate) fn write(folder: &Path) -> (Image, Vec<u8>) {
    let mut tar = Vec::new();
    let image = Image::write(folder, "hello:1.0.0", &mut tar);
    (image.unwrap_or_else(|error| panic!("{error}")), tar)
}

const SERVICE: &str = "FROM scratch\nCOPY service /service\nENTRYPOINT [\"/service\"]\n";

#[test]
fn what_is_written_is_read_back() {
    let folder = context(SERVICE);
    let (written, tar) = write(folder.path());
    assert_eq!(written.tags, ["hello:1.0.0"]);
    assert_eq!(Image::read(&tar[..]).expect("an image"), written);
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let dockerfile = format!("{SERVICE}COPY . /all\n");
    let first = write(context(&dockerfile).path()).1;
    let folder = context(&dockerfile);
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
    let file = fs::File::options()
        .write(true)
        .open(folder.path().join("service"));
    file.expect("the file").set_modified(old).expect("its time");
    assert!(first == write(folder.path()).1, "the bytes differ");
}

#[test]
fn nothing_of_this_machine_gets_in() {
    let (_, tar) = write(context(SERVICE).path());
    let layers = contents(&tar[..]).into_iter();
    let layers = layers.filter(|(name, _)| name.ends_with("layer.tar"));
    for tar in layers.map(|(_, layer)| layer).chain([tar]) {
        let mut archive = tar::Archive::new(&tar[..]);
        for entry in archive.entries().expect("an archive") {
            let entry = entry.expect("an entry");
            let header = entry.header();
            assert_eq!(header.mtime().expect("a time"), 0);
            assert_eq!(header.uid().expect("a user"), 0);
            assert_eq!(header.username_bytes(), Some(&b""[..]));
            assert_eq!(header.groupname_bytes(), Some(&b""[..]));
        }
    }
}

#[test]
fn the_dockerfile_says_how_the_image_runs() {
    let dockerfile = r#"# The service
FROM scratch
LABEL org.opencontainers.image.title="Hello, \"world\"" version=1
ENV A=1 \
    B='two words' # not a comment
"#;
    let dockerfile = dockerfile.replace(" # not a comment", "");
    let dockerfile = dockerfile
        + "ENV PATH=/bin A=2\nEXPOSE 80 81/udp\nWORKDIR /app\nWORKDIR data\nUSER 12345:12345\n\
           COPY service .\nEntrypoint [\"/app/data/service\", \"-v\"]\nCMD [\"run\"]\n";
    let (_, tar) = write(context(&dockerfile).path());
    let (config, files) = unpacked(&tar);
    assert_eq!(
        config["config"],
        json!({
            "User": "12345:12345",
            "ExposedPorts": {"80/tcp": {}, "81/udp": {}},
            "Env": ["PATH=/bin", "A=2", "B=two words"],
            "Entrypoint": ["/app/data/service", "-v"],
            "Cmd": ["run"],
            "WorkingDir": "/app/data",
            "Labels": {"org.opencontainers.image.title": "Hello, \"world\"", "version": "1"},
        })
    );
    assert_eq!(config["architecture"], "amd64");
    assert_eq!(config["os"], "linux");
    let paths: Vec<_> = files.keys().collect();
    assert_eq!(paths, ["app", "app/data", "app/data/service"]);
}

#[test]
fn each_copy_is_a_layer_and_each_step_is_told() {
    let dockerfile = format!("{SERVICE}COPY roots.crt /etc/ssl/\n");
    let (_, tar) = write(context(&dockerfile).path());
    let (config, _) = unpacked(&tar);
    assert_eq!(
        config["rootfs"]["diff_ids"].as_array().map(Vec::len),
        Some(2)
    );
    let steps = config["history"].as_array().expect("a history");
    let told = |field: &str| {
        steps
            .iter()
            .map(|it| it[field].clone())
            .collect::<Vec<Value>>()
    };
    assert_eq!(
        told("created_by"),
        [
            "COPY service /service",
            "ENTRYPOINT [\"/service\"]",
            "COPY roots.crt /etc/ssl/"
        ]
    );
    assert_eq!(told("empty_layer"), [json!(null), json!(true), json!(null)]);
}

#[test]
#[cfg(unix)]
fn files_keep_their_modes_and_belong_to_root() {
    let dockerfile = format!(
        "{SERVICE}COPY web/ /www\nCOPY --chown=7 --chmod=0400 roots.crt /etc/ssl/own.crt\n\
         COPY [\"roots.crt\", \"service\", \"/etc/\"]\n"
    );
    let (_, tar) = write(context(&dockerfile).path());
    let (_, files) = unpacked(&tar);
    let hash = |content: &str| hexadecimal(content.as_bytes());
    let file = |mode: &str, owner: &str, content: &str| {
        format!("Regular {mode} {owner} {} None", hash(content))
    };
    let folder = |owner: &str| format!("Directory 755 {owner} {} None", hash(""));
    let expected = [
        ("etc", folder("7:7")),
        ("etc/roots.crt", file("644", "0:0", "PEM")),
        ("etc/service", file("755", "0:0", "#!/bin/false\n")),
        ("etc/ssl", folder("7:7")),
        ("etc/ssl/own.crt", file("400", "7:7", "PEM")),
        ("service", file("755", "0:0", "#!/bin/false\n")),
        ("www", folder("0:0")),
        ("www/deep", folder("0:0")),
        ("www/deep/a b.txt", file("600", "0:0", "deep")),
        ("www/index.html", file("640", "0:0", "<html>")),
        (
            "www/link",
            format!("Symlink 777 0:0 {} Some(\"index.html\")", hash("")),
        ),
    ];
    let expected = expected.map(|(path, description)| (path.to_owned(), description));
    assert_eq!(files.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn equal_layers_are_saved_once() {
    let dockerfile = format!("{SERVICE}COPY service /service\n");
    let (image, tar) = write(context(&dockerfile).path());
    assert_eq!(Image::read(&tar[..]).expect("an image"), image);
    let layers = listing(&tar[..]).into_keys();
    assert_eq!(layers.filter(|name| name.ends_with("layer.tar")).count(), 1);
}

#[test]
fn what_takes_an_engine_is_named_with_its_line_and_the_way_out() {
    for (line, named) in [
        ("RUN true", "RUN"),
        ("ADD service /", "ADD"),
        ("ARG A", "ARG"),
        ("HEALTHCHECK NONE", "HEALTHCHECK"),
        ("VOLUME /data", "VOLUME"),
        ("FROM scratch", "FROM"),
        ("NONSENSE 1", "NONSENSE"),
        ("COPY --from=other /a /b", "COPY --from=other"),
        ("COPY --chmod=u+x service /b", "COPY --chmod=u+x"),
        ("COPY *.crt /b/", "'*' in *.crt"),
        ("COPY $A /b", "'$' in $A"),
        ("ENV A=$B", "a variable"),
        ("EXPOSE 80-90", "EXPOSE 80-90"),
        ("USER $A", "'$' in $A"),
    ] {
        let folder = context(&format!(
            "FROM scratch\n\n# comment\n{line}\nCMD [\"/a\"]\n"
        ));
        let error = Image::write(folder.path(), "a", Vec::new()).expect_err(line);
        let error = error.to_string();
        let way_out = "takes a container engine: build the image with one (pack --engine docker)";
        for said in ["Dockerfile, line 4: ", named, way_out] {
            assert!(error.contains(said), "{line}: {said:?} is not in: {error}");
        }
    }
}

#[test]
fn what_is_wrong_in_a_dockerfile_is_named_with_its_line() {
    for (line, said) in [
        ("COPY service", "COPY needs what to copy, and where to"),
        ("COPY a b /c", "takes a folder, which ends in /"),
        ("COPY ../a /b", "../a is outside of the Dockerfile's folder"),
        ("COPY [\"a\", 1] /b", "the list of COPY is no JSON"),
        ("COPY --chown=me service /b", "--chown=me takes names"),
        ("COPY none /b", "none cannot be read"),
        ("COPY web /service", "/service is both a file and a folder"),
        (
            "COPY roots.crt /service/a",
            "/service is both a file and a folder",
        ),
        ("ENV A", "A is not of the form KEY=VALUE"),
        ("ENV A=\"1", "\" is not closed"),
        ("CMD", "CMD says nothing"),
        ("CMD /service", "write it as a list: CMD [\"/service\"]"),
        ("ENTRYPOINT [/service]", "write it as a list: ENTRYPOINT"),
    ] {
        let folder = context(&format!("{SERVICE}{line}\n"));
        let error = Image::write(folder.path(), "a", Vec::new()).expect_err(line);
        let error = error.to_string();
        for said in ["Dockerfile, line 4: ", said] {
            assert!(error.contains(said), "{line}: {said:?} is not in: {error}");
        }
    }
}

#[test]
#[cfg(unix)]
fn a_link_is_copied_with_its_folder_alone() {
    let folder = context(&format!("{SERVICE}COPY web/link /b\n"));
    let error = Image::write(folder.path(), "a", Vec::new()).expect_err("a link");
    assert!(error.to_string().contains("web/link is a link"), "{error}");
}

#[test]
fn an_image_begins_with_from_scratch() {
    for (dockerfile, said) in [
        ("", "line 1: it does not begin with FROM scratch"),
        (
            "\n\nCOPY a /b",
            "line 3: it does not begin with FROM scratch",
        ),
        (
            "# a\nFROM debian:12",
            "line 2: FROM debian:12 takes a container engine",
        ),
        (
            "# escape=`\nFROM scratch",
            "line 1: # escape takes a container engine",
        ),
    ] {
        let folder = context(dockerfile);
        let error = Image::write(folder.path(), "a", Vec::new()).expect_err(dockerfile);
        assert!(error.to_string().contains(said), "{dockerfile}: {error}");
    }
}

#[test]
fn files_that_docker_would_leave_out_take_docker() {
    let folder = context(SERVICE);
    fs::write(folder.path().join(".dockerignore"), "web").expect("a file");
    let error = Image::write(folder.path(), "a", Vec::new()).expect_err("ignored files");
    let said = ".dockerignore beside it takes a container engine";
    assert!(error.to_string().contains(said), "{error}");
}

#[test]
fn an_image_needs_a_dockerfile_a_name_and_a_command() {
    let empty = tempfile::tempdir().expect("a folder");
    let error = Image::write(empty.path(), "a", Vec::new()).expect_err("no Dockerfile");
    assert!(matches!(error, ImageError::Unreadable { .. }), "{error}");
    let folder = context("FROM scratch\nCOPY service /\n");
    let error = Image::write(folder.path(), "a", Vec::new()).expect_err("no command");
    assert!(matches!(error, ImageError::NoCommand), "{error}");
    let error = Image::write(folder.path(), "Hello", Vec::new()).expect_err("no name");
    assert!(
        error.to_string().contains("\"Hello\" is no name"),
        "{error}"
    );
}
