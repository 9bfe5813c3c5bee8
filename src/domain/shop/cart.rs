//! A cart as a text that a cookie and a link carry. Lines are joined by `,`, and a line is
//!
//! `item[/size][+half][~group:option[L|R][xN]]…[-N[L|R]]…[*quantity][!note]`
//!
//! with the codes of the menu, `-N` for the N-th of what can be left out (of the right half with `R`), and a
//! percent-encoded note. Reading never fails: what cannot be read stays as a line that can only be taken out.

use super::{
    basket::{LeftOut, Line, LineNote, Part, ShopName},
    code::Code,
    menu::Menu,
    price::{PricedLine, price_line},
    request::{ChoiceRequest, LineRequest, MAX_LINES, MAX_PIECES, MAX_QUANTITY},
};
use crate::domain::{Field, InvalidField, percent_decode, percent_encode};
use std::fmt;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cart {
    pub entries: Vec<CartEntry>,
    /// So many lines were beyond the limits of a cart, and are not in it.
    pub dropped: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CartEntry {
    Line(CartLine),
    /// Its text.
    Unreadable(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    pub item: Code,
    pub size: Option<Code>,
    pub half: Option<Code>,
    pub options: Vec<ChoiceRequest>,
    /// Places in the list of what can be left out, from 1 on.
    pub without: Vec<(u32, Part)>,
    pub quantity: u32,
    pub note: Option<LineNote>,
}

/// Why a line does not go into a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CartFull {
    /// It has as many lines as an order can have.
    Lines,
    /// It has as many pieces as an order can have, or one line has.
    Pieces,
    /// Its text is as long as a cookie can be.
    Text,
}

impl Cart {
    /// Of its text: what a cookie holds.
    pub const MAX_BYTES: usize = 3_500;

    /// Reads any text.
    pub fn parse(text: &str) -> Cart {
        let mut cart = Cart::default();
        let mut bytes = 0;
        let mut lines = text.split(',').filter(|line| !line.is_empty());
        for line in lines.by_ref() {
            bytes += line.len() + 1;
            if bytes > Self::MAX_BYTES + 1 || cart.entries.len() == MAX_LINES {
                cart.dropped = 1;
                break;
            }
            let entry = CartLine::parse(line).map(CartEntry::Line);
            let unreadable = || CartEntry::Unreadable(line.to_owned());
            cart.entries.push(entry.unwrap_or_else(unreadable));
        }
        cart.dropped += lines.count();
        cart
    }

    /// Adds a line. One that is there already becomes more.
    pub fn add(&mut self, line: CartLine) -> Result<(), CartFull> {
        let mut changed = self.clone();
        let same = changed
            .lines_mut()
            .find(|one| one.is_same_but_quantity(&line));
        match same {
            Some(one) => one.quantity = one.quantity.saturating_add(line.quantity),
            None => changed.entries.push(CartEntry::Line(line)),
        }
        self.become_if_it_fits(changed)
    }

    /// Puts a line in the place of another entry; nothing happens without that one.
    pub fn replace(&mut self, at: usize, line: CartLine) -> Result<(), CartFull> {
        let mut changed = self.clone();
        if let Some(entry) = changed.entries.get_mut(at) {
            *entry = CartEntry::Line(line);
        }
        self.become_if_it_fits(changed)
    }

    pub fn remove(&mut self, at: usize) {
        if at < self.entries.len() {
            self.entries.remove(at);
        }
    }

    fn become_if_it_fits(&mut self, changed: Cart) -> Result<(), CartFull> {
        let too_many = |line: &CartLine| line.quantity > MAX_QUANTITY;
        if changed.entries.len() > MAX_LINES {
            return Err(CartFull::Lines);
        }
        if changed.pieces() > MAX_PIECES || changed.lines().any(too_many) {
            return Err(CartFull::Pieces);
        }
        if changed.to_string().len() > Self::MAX_BYTES {
            return Err(CartFull::Text);
        }
        *self = changed;
        Ok(())
    }

    /// The lines that can be read.
    pub fn lines(&self) -> impl Iterator<Item = &CartLine> {
        self.entries.iter().filter_map(|entry| match entry {
            CartEntry::Line(line) => Some(line),
            CartEntry::Unreadable(_) => None,
        })
    }

    fn lines_mut(&mut self) -> impl Iterator<Item = &mut CartLine> {
        self.entries.iter_mut().filter_map(|entry| match entry {
            CartEntry::Line(line) => Some(line),
            CartEntry::Unreadable(_) => None,
        })
    }

    pub fn pieces(&self) -> u64 {
        self.lines().map(|line| u64::from(line.quantity)).sum()
    }

    /// Each entry with its price, or with why it cannot be bought. None is in the way of the others.
    pub fn price(&self, menu: &Menu) -> Vec<Result<PricedLine, Vec<InvalidField>>> {
        let price = |entry: &CartEntry| match entry {
            CartEntry::Line(line) => price_line(&line.request(menu)?, menu),
            CartEntry::Unreadable(_) => {
                let fault = InvalidField::fault("line", "This line cannot be read.");
                Err(vec![fault])
            }
        };
        self.entries.iter().map(price).collect()
    }
}

impl CartLine {
    fn parse(text: &str) -> Option<CartLine> {
        let (text, note) = cut(text, '!');
        let (text, quantity) = cut(text, '*');
        let mut parts = text.split('-');
        let mut head = parts.next()?.split('~');
        let (head_text, half) = cut(head.next()?, '+');
        let (item, size) = cut(head_text, '/');
        let code = |text: &str| Code::parse(text).ok();
        Some(CartLine {
            item: code(item)?,
            size: optional(size, code)?,
            half: optional(half, code)?,
            options: head.map(choice).collect::<Option<_>>()?,
            without: parts.map(left_out).collect::<Option<_>>()?,
            quantity: optional(quantity, |text| number(text, MAX_QUANTITY))?.unwrap_or(1),
            note: optional(note, |text| {
                LineNote::parse(&percent_decode(text).ok()?).ok()
            })?,
        })
    }

    /// As it is asked for.
    ///
    /// # Errors
    /// What is to be left out and can be no more.
    pub fn request(&self, menu: &Menu) -> Result<LineRequest, Vec<InvalidField>> {
        let mut faults = Vec::new();
        let mut without = Vec::new();
        for (n, (place, part)) in self.without.iter().enumerate() {
            let names = self.names_to_leave_out(*part, menu);
            match names.get((*place as usize).wrapping_sub(1)) {
                Some(name) => without.push(LeftOut {
                    name: name.clone(),
                    part: *part,
                }),
                None => {
                    let path = format!("without[{n}]");
                    let why = "What was to be left out has changed.";
                    faults.push(InvalidField::fault(path, why));
                }
            }
        }
        // Without the item there is nothing to leave out, and the price names what is missing.
        if !faults.is_empty() && menu.item(&self.item).is_some() {
            return Err(faults);
        }
        Ok(LineRequest {
            item: self.item.clone(),
            size: self.size.clone(),
            quantity: self.quantity,
            half: self.half.clone(),
            options: self.options.clone(),
            without,
            note: self.note.clone(),
        })
    }

    /// What can be left out of a part.
    fn names_to_leave_out<'a>(&self, part: Part, menu: &'a Menu) -> &'a [ShopName] {
        let of = match part {
            Part::Right => self.half.as_ref(),
            Part::Whole | Part::Left => Some(&self.item),
        };
        let item = of.and_then(|code| menu.item(code));
        item.map_or(&[], |item| &item.without)
    }

    /// A line that is asked for, as a line of a cart. `None` if it leaves out what cannot be left out.
    pub fn of(request: &LineRequest, menu: &Menu) -> Option<CartLine> {
        let mut line = CartLine {
            item: request.item.clone(),
            size: request.size.clone(),
            half: request.half.clone(),
            options: request.options.clone(),
            without: Vec::new(),
            quantity: request.quantity,
            note: request.note.clone(),
        };
        let place = |one: &LeftOut| {
            let names = line.names_to_leave_out(one.part, menu);
            let place = names.iter().position(|name| *name == one.name)?;
            Some((place as u32 + 1, one.part))
        };
        let without = request.without.iter().map(place);
        line.without = without.collect::<Option<_>>()?;
        Some(line)
    }

    /// A line that was ordered once. `None` if its size is no more, or what it leaves out.
    pub fn again(line: &Line, menu: &Menu) -> Option<CartLine> {
        let by_name = |name: &ShopName| {
            let mut sizes = menu.outline.sizes.iter();
            sizes
                .find(|size| size.name == *name)
                .map(|size| size.id.clone())
        };
        let size = match &line.size {
            Some(name) => Some(by_name(name)?),
            None => None,
        };
        let options = line.options.iter().map(|one| ChoiceRequest {
            group: one.group.clone(),
            option: one.option.clone(),
            part: one.part,
            count: one.count,
        });
        let request = LineRequest {
            item: line.item.clone(),
            size,
            quantity: line.quantity,
            half: line.half.as_ref().map(|half| half.item.clone()),
            options: options.collect(),
            without: line.without.clone(),
            note: line.note.clone(),
        };
        CartLine::of(&request, menu)
    }

    /// Whatever the order of choices.
    fn is_same_but_quantity(&self, other: &CartLine) -> bool {
        let sorted = |line: &CartLine| {
            let mut line = line.clone();
            line.options.sort();
            line.without.sort();
            line.quantity = 1;
            line
        };
        sorted(self) == sorted(other)
    }
}

/// What stands before a mark, and what after it.
fn cut(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// `None` for what is there and cannot be read.
fn optional<T>(text: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match text {
        Some(text) => read(text).map(Some),
        None => Some(None),
    }
}

fn number(text: &str, max: u32) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_plain)?;
    (1..=max).contains(&number).then_some(number)
}

/// `group:option[L|R][xN]`
fn choice(text: &str) -> Option<ChoiceRequest> {
    let (group, option) = text.split_once(':')?;
    let (option, count) = match cut_count(option) {
        Some((option, count)) => (option, number(count, MAX_QUANTITY)?),
        None => (option, 1),
    };
    let (option, part) = cut_part(option);
    Some(ChoiceRequest {
        group: Code::parse(group).ok()?,
        option: Code::parse(option).ok()?,
        part,
        count,
    })
}

/// `olivesx2` is twice `olives`: a code that ends like this is written with its count.
fn cut_count(text: &str) -> Option<(&str, &str)> {
    let (option, count) = text.rsplit_once('x')?;
    let is_count = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    (is_count && !option.is_empty()).then_some((option, count))
}

fn cut_part(text: &str) -> (&str, Part) {
    if let Some(text) = text.strip_suffix('L') {
        (text, Part::Left)
    } else if let Some(text) = text.strip_suffix('R') {
        (text, Part::Right)
    } else {
        (text, Part::Whole)
    }
}

fn left_out(text: &str) -> Option<(u32, Part)> {
    let (place, part) = cut_part(text);
    Some((number(place, 99)?, part))
}

fn mark(part: Part) -> &'static str {
    match part {
        Part::Whole => "",
        Part::Left => "L",
        Part::Right => "R",
    }
}

/// Its text, which is read as the same cart.
impl fmt::Display for Cart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, entry) in self.entries.iter().enumerate() {
            if n > 0 {
                f.write_str(",")?;
            }
            match entry {
                CartEntry::Line(line) => line.fmt(f)?,
                CartEntry::Unreadable(text) => f.write_str(text)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for CartLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.item)?;
        if let Some(size) = &self.size {
            write!(f, "/{size}")?;
        }
        if let Some(half) = &self.half {
            write!(f, "+{half}")?;
        }
        for choice in &self.options {
            let option = format!("{}{}", choice.option, mark(choice.part));
            write!(f, "~{}:{option}", choice.group)?;
            if choice.count != 1 || cut_count(&option).is_some() {
                write!(f, "x{}", choice.count)?;
            }
        }
        for (place, part) in &self.without {
            write!(f, "-{place}{}", mark(*part))?;
        }
        if self.quantity != 1 {
            write!(f, "*{}", self.quantity)?;
        }
        match &self.note {
            Some(note) => write!(f, "!{}", percent_encode(note)),
            None => Ok(()),
        }
    }
}
