//! Where the head of a request ends.

use memchr::memchr;

/// Finds the empty line at the end of a head, in whatever pieces it comes. Lines end as the HTTP
/// server has it, with or without a carriage return.
#[derive(Debug, Default)]
pub(super) struct HeadEnd(Place);

#[derive(Debug, Clone, Copy, Default)]
enum Place {
    #[default]
    WithinALine,
    AfterALine,
    AfterALineAndCarriageReturn,
}

impl HeadEnd {
    /// The number of bytes up to the end of the head, if it is in this piece. The next piece begins
    /// another head then.
    pub(super) fn find(&mut self, piece: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(byte) = piece.get(at) {
            at += 1;
            self.0 = match (self.0, byte) {
                (Place::AfterALine | Place::AfterALineAndCarriageReturn, b'\n') => {
                    *self = Self::default();
                    return Some(at);
                }
                (Place::WithinALine, b'\n') => Place::AfterALine,
                (Place::AfterALine, b'\r') => Place::AfterALineAndCarriageReturn,
                _ => {
                    let rest = &piece[at..];
                    at += memchr(b'\n', rest).unwrap_or(rest.len());
                    Place::WithinALine
                }
            };
        }
        None
    }

    /// Takes notice of a piece in which no end is looked for.
    pub(super) fn go_on(&mut self, mut piece: &[u8]) {
        while let Some(end) = self.find(piece) {
            piece = &piece[end..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_with_an_empty_line() {
        for (head, behind) in [
            ("GET / HTTP/1.1\r\n\r\n", ""),
            ("GET / HTTP/1.1\nhost: a\n\n", "body"),
            ("GET / HTTP/1.1\r\nhost: a\n\r\n", "\r\n"),
            ("GET / HTTP/1.1\r\na: \r\r\n\r\n", "GET"),
            ("GET / HTTP/1.1\r\n\rx\r\n\r\n", "GET"),
        ] {
            let text = [head, behind].concat();
            let end = HeadEnd::default().find(text.as_bytes());
            assert_eq!(end, Some(head.len()), "{text:?}");
        }
        for text in ["", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r"] {
            assert_eq!(HeadEnd::default().find(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn it_is_found_in_any_pieces_and_so_is_the_next_one() {
        let text = b"GET / HTTP/1.1\r\nhost: a\r\n\r\nPOST / HTTP/1.1\nhost: b\n\r\nrest";
        let expected = [27, 53];
        for size in 1..text.len() {
            let mut head_end = HeadEnd::default();
            let (mut begin, mut found) = (0, Vec::new());
            while begin < text.len() {
                let piece = &text[begin..text.len().min(begin + size)];
                match head_end.find(piece) {
                    Some(end) => {
                        begin += end;
                        found.push(begin);
                    }
                    None => begin += piece.len(),
                }
            }
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }
}
