//! From a query's text to its meaning, by recursive descent.

use super::condition::{Comparison, Condition, Operator};
use super::order::Order;
use super::property::Property;
use super::tokens::{Token, split};
use super::value::Literal;
use super::{InventoryQuery, SyntaxError};

/// How deep parentheses may lie in each other: a query must not use up the stack.
const DEPTH: usize = 64;
const OPERATORS: &str = "eq, ne, gt, ge, lt or le";
/// Of these `has` and `hasany` know nothing.
const STANDARD: [&str; 12] = [
    "id",
    "type",
    "name",
    "self",
    "lastUpdated",
    "owner",
    "creationTime",
    "supportedMeasurements",
    "childAssets",
    "childDevices",
    "childAdditions",
    "externalIds",
];

pub(super) fn parse(text: &str) -> Result<InventoryQuery, SyntaxError> {
    let tokens = split(text)?;
    let mut parser = Parser {
        tokens,
        next: 0,
        depth: 0,
    };
    parser.query()
}

struct Parser {
    /// The last one is the end.
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn query(&mut self) -> Result<InventoryQuery, SyntaxError> {
        let mut query = InventoryQuery::default();
        if !self.is_word("$filter") && !self.is_word("$orderby") && !self.is(&Token::End) {
            query.condition = Some(self.condition()?);
        }
        loop {
            if query.condition.is_none() && self.take_word("$filter") {
                self.expect(&Token::Equals)?;
                query.condition = Some(self.condition()?);
            } else if query.orders.is_empty() && self.take_word("$orderby") {
                self.expect(&Token::Equals)?;
                query.orders = self.list(Self::order)?;
            } else if self.is(&Token::End) {
                return Ok(query);
            } else {
                return Err(self.expected("and, or, $filter=, $orderby= or the end"));
            }
        }
    }

    fn order(&mut self) -> Result<Order, SyntaxError> {
        let property = self.property()?;
        let descending = self.take_word("desc");
        if !descending {
            self.take_word("asc");
        }
        Ok(Order {
            property,
            descending,
        })
    }

    fn condition(&mut self) -> Result<Condition, SyntaxError> {
        let mut any = vec![self.all()?];
        while self.take_word("or") {
            any.push(self.all()?);
        }
        Ok(Condition::any(any))
    }

    fn all(&mut self) -> Result<Condition, SyntaxError> {
        let mut all = vec![self.negated()?];
        while self.take_word("and") {
            all.push(self.negated()?);
        }
        Ok(Condition::all(all))
    }

    fn negated(&mut self) -> Result<Condition, SyntaxError> {
        let mut negated = false;
        while self.take_word("not") {
            negated = !negated;
        }
        let condition = self.single()?;
        Ok(if negated {
            Condition::Not(Box::new(condition))
        } else {
            condition
        })
    }

    fn single(&mut self) -> Result<Condition, SyntaxError> {
        if self.is(&Token::Open) {
            return self.in_parentheses(Self::condition);
        }
        if self.tokens.get(self.next + 1).map(|(_, token)| token) == Some(&Token::Open) {
            return self.function();
        }
        let property = self.property()?;
        let operator = self.operator()?;
        let value = self.literal(&property)?;
        Ok(Condition::Compare(Comparison {
            property,
            operator,
            value,
        }))
    }

    fn function(&mut self) -> Result<Condition, SyntaxError> {
        let unknown = self.expected("and, or, not, has(, hasany(, bygroupid( or isinhierarchyof(");
        match self.word("a condition")?.as_str() {
            "has" => self
                .in_parentheses(Self::fragment)
                .map(|name| Condition::HasAny(vec![name])),
            "hasany" => self
                .in_parentheses(|it| it.list(Self::fragment))
                .map(Condition::HasAny),
            "bygroupid" => self
                .in_parentheses(|it| it.list(Self::id))
                .map(Condition::InGroup),
            "isinhierarchyof" => self
                .in_parentheses(|it| it.list(Self::id))
                .map(Condition::InHierarchy),
            _ => Err(unknown),
        }
    }

    fn in_parentheses<T>(
        &mut self,
        content: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.depth == DEPTH {
            return Err(self.expected(&format!("no more than {DEPTH} nested parentheses")));
        }
        self.expect(&Token::Open)?;
        self.depth += 1;
        let content = content(self)?;
        self.depth -= 1;
        self.expect(&Token::Close)?;
        Ok(content)
    }

    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<Vec<T>, SyntaxError> {
        let mut items = vec![item(self)?];
        while self.take(&Token::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn property(&mut self) -> Result<Property, SyntaxError> {
        self.word("a condition or a property")
            .map(|name| Property::new(&name))
    }

    fn fragment(&mut self) -> Result<Property, SyntaxError> {
        let standard = self.expected("a fragment, which has no standard property's name,");
        match self.word_or_text("a fragment")? {
            name if STANDARD.contains(&name.as_str()) => Err(standard),
            name => Ok(Property::new(&name)),
        }
    }

    fn id(&mut self) -> Result<String, SyntaxError> {
        self.word_or_text("an object's ID")
    }

    fn operator(&mut self) -> Result<Operator, SyntaxError> {
        let Token::Word(word) = self.token() else {
            return Err(self.expected(OPERATORS));
        };
        let operator = Operator::named(word).ok_or_else(|| self.expected(OPERATORS))?;
        self.next += 1;
        Ok(operator)
    }

    fn literal(&mut self, property: &Property) -> Result<Literal, SyntaxError> {
        let literal = match self.token() {
            Token::Text(text) => Literal::text(text),
            Token::Word(word) => Literal::word(word),
            _ => return Err(self.expected("a text in ', a number, true, false or null")),
        };
        if property.is_time() && !literal.can_be_time() {
            return Err(self.expected("a time in ISO 8601 in ', or null,"));
        }
        self.next += 1;
        Ok(literal)
    }

    fn word_or_text(&mut self, what: &str) -> Result<String, SyntaxError> {
        if let Token::Text(text) = self.token() {
            let text = text.clone();
            self.next += 1;
            return Ok(text);
        }
        self.word(what)
    }

    fn word(&mut self, what: &str) -> Result<String, SyntaxError> {
        let Token::Word(word) = self.token() else {
            return Err(self.expected(what));
        };
        let word = word.clone();
        self.next += 1;
        Ok(word)
    }

    fn expect(&mut self, token: &Token) -> Result<(), SyntaxError> {
        if self.take(token) {
            Ok(())
        } else {
            Err(self.expected(&token.to_string()))
        }
    }

    fn take(&mut self, token: &Token) -> bool {
        let is_next = self.is(token);
        self.next += usize::from(is_next);
        is_next
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_next = self.is_word(word);
        self.next += usize::from(is_next);
        is_next
    }

    fn is(&self, token: &Token) -> bool {
        self.token() == token
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Token::Word(given) if given == word)
    }

    fn token(&self) -> &Token {
        self.tokens
            .get(self.next)
            .map_or(&Token::End, |(_, token)| token)
    }

    fn expected(&self, what: &str) -> SyntaxError {
        let at = self.tokens.get(self.next).map_or(1, |(at, _)| *at);
        SyntaxError {
            expected: what.to_owned(),
            at,
            found: self.token().to_string(),
        }
    }
}
