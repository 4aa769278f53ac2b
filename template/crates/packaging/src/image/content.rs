//! A file of an archive, of which only digests and sizes are kept, and what may be JSON.

use std::io::{self, BufRead, BufReader, Read, Write};

use flate2::write::MultiGzDecoder;
use sha2::{Digest, Sha256};

/// Longer JSON is not kept; an image's configuration has a few kilobytes.
pub(super) const JSON_LIMIT: u64 = 1024 * 1024;
const BUFFER: usize = 64 * 1024;
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// What is known of a file.
pub(super) struct Content {
    /// Digest of its bytes.
    pub(super) digest: String,
    /// Digest and size of what it unpacks to: of itself, where it is not compressed, and none
    /// where it is compressed in a way that is not read here.
    pub(super) unpacked: Option<(String, u64)>,
    /// Its bytes, where they may be JSON.
    pub(super) json: Option<Vec<u8>>,
    /// Bytes in it, or those that it unpacks to, whichever is more.
    pub(super) size: u64,
}

/// Takes note of a file; nothing, where it has or unpacks to more bytes than the limit.
pub(super) fn read(file: impl Read, limit: u64) -> io::Result<Option<Content>> {
    let mut file = BufReader::with_capacity(BUFFER, file);
    let start = file.fill_buf()?;
    let is_readable = !start.starts_with(ZSTANDARD);
    let mut gzip = start
        .starts_with(GZIP)
        .then(|| MultiGzDecoder::new(Hashed::default()));
    let mut json = start.starts_with(b"{").then(Vec::new);
    json = json.or_else(|| start.starts_with(b"[").then(Vec::new));
    let mut raw = Hashed::default();
    loop {
        let chunk = file.fill_buf()?;
        if chunk.is_empty() {
            break;
        }
        raw.write_all(chunk)?;
        if let Some(gzip) = &mut gzip {
            gzip.write_all(chunk)?;
        }
        json = json.filter(|_| raw.size <= JSON_LIMIT);
        if let Some(json) = &mut json {
            json.extend_from_slice(chunk);
        }
        let length = chunk.len();
        file.consume(length);
        let unpacked = gzip.as_ref().map_or(0, |gzip| gzip.get_ref().size);
        if raw.size.max(unpacked) > limit {
            return Ok(None);
        }
    }
    let unpacked = gzip.map(MultiGzDecoder::finish).transpose()?;
    let size = unpacked
        .as_ref()
        .map_or(raw.size, |it| it.size.max(raw.size));
    let digest = raw.digest();
    let unpacked = unpacked.map(|it| (it.digest(), it.size));
    let unpacked = unpacked.or_else(|| is_readable.then(|| (digest.clone(), raw.size)));
    Ok(Some(Content {
        digest,
        unpacked,
        json,
        size,
    }))
}

/// `sha256:` and the digest of some bytes.
pub(super) fn digest(bytes: &[u8]) -> String {
    spelled(&Sha256::digest(bytes))
}

fn spelled(digest: &[u8]) -> String {
    let digits = digest.iter().map(|byte| format!("{byte:02x}"));
    format!("sha256:{}", digits.collect::<String>())
}

/// Digest and size of what is written to it.
#[derive(Default)]
struct Hashed {
    hasher: Sha256,
    size: u64,
}

impl Hashed {
    fn digest(&self) -> String {
        spelled(&self.hasher.clone().finalize())
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(bytes).expect("into memory");
        gzip.finish().expect("into memory")
    }

    fn read_all(bytes: &[u8]) -> Content {
        let content = read(bytes, u64::MAX).expect("from memory");
        content.expect("within the limit")
    }

    #[test]
    fn what_is_compressed_is_known_by_what_it_unpacks_to() {
        let content = read_all(&gzip(b"abc"));
        assert_eq!(content.digest, digest(&gzip(b"abc")));
        assert_eq!(content.unpacked, Some((digest(b"abc"), 3)));
        let content = read_all(b"abc");
        assert_eq!(content.unpacked, Some((digest(b"abc"), 3)));
        assert_eq!(read_all(b"\x28\xb5\x2f\xfd...").unpacked, None);
    }

    #[test]
    fn only_json_is_kept_and_no_long_one() {
        assert_eq!(read_all(b"{}").json, Some(b"{}".to_vec()));
        assert_eq!(read_all(b"abc").json, None);
        let long = vec![b'{'; usize::try_from(JSON_LIMIT).expect("small") + 1];
        assert_eq!(read_all(&long).json, None);
    }

    #[test]
    fn nothing_is_unpacked_beyond_the_limit() {
        let million = gzip(&vec![0; 1_000_000]);
        assert!(million.len() < 2000, "{}", million.len());
        for (bytes, limit) in [(&million[..], 10_000), (b"abc", 2)] {
            assert!(read(bytes, limit).expect("from memory").is_none());
        }
        assert!(
            read(&million[..], 1_000_000)
                .expect("from memory")
                .is_some()
        );
    }

    #[test]
    fn a_damaged_compression_is_an_error() {
        let mut damaged = gzip(b"abc");
        damaged.truncate(15);
        assert!(read(&damaged[..], 1000).is_err());
    }
}
