//! The words and signs of a query.

use std::fmt;

use super::SyntaxError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Comma,
    Equals,
    /// A name, an operator, a number: all that stands between spaces and signs.
    Word(String),
    /// What stands between quotes.
    Text(String),
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("("),
            Self::Close => f.write_str(")"),
            Self::Comma => f.write_str(","),
            Self::Equals => f.write_str("="),
            Self::Word(word) => f.write_str(word),
            Self::Text(text) => write!(f, "'{text}'"),
            Self::End => f.write_str("its end"),
        }
    }
}

/// Splits a query; each token comes with the number of its first character, from 1.
pub(super) fn split(query: &str) -> Result<Vec<(usize, Token)>, SyntaxError> {
    let characters: Vec<char> = query.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = characters.get(at) {
        let rest = &characters[at..];
        let (token, length) = match first {
            '(' => (Some(Token::Open), 1),
            ')' => (Some(Token::Close), 1),
            ',' => (Some(Token::Comma), 1),
            '=' => (Some(Token::Equals), 1),
            '\'' => {
                let (text, length) = quoted(rest).ok_or_else(|| SyntaxError {
                    expected: "' at the end of a text".to_owned(),
                    at: characters.len() + 1,
                    found: Token::End.to_string(),
                })?;
                (Some(Token::Text(text)), length)
            }
            space if space.is_whitespace() || is_encoded_space(rest) => (None, 1),
            _ => {
                let word: String = rest.iter().take_while(|it| is_in_word(**it)).collect();
                let length = word.chars().count();
                (Some(Token::Word(word)), length)
            }
        };
        tokens.extend(token.map(|token| (at + 1, token)));
        at += length;
    }
    tokens.push((at + 1, Token::End));
    Ok(tokens)
}

/// A text in quotes with its length; a quote in it is written twice.
fn quoted(characters: &[char]) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut at = 1;
    loop {
        match (characters.get(at)?, characters.get(at + 1)) {
            ('\'', Some('\'')) => {
                text.push('\'');
                at += 2;
            }
            ('\'', _) => return Some((text, at + 1)),
            (other, _) => {
                text.push(*other);
                at += 1;
            }
        }
    }
}

fn is_in_word(character: char) -> bool {
    !character.is_whitespace() && !"(),='".contains(character)
}

/// Clients write `+$orderby`, and some of them encode the `+` once more.
fn is_encoded_space(rest: &[char]) -> bool {
    rest.starts_with(&['+', '$'])
}
