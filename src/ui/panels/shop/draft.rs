//! One item as it is put together in a form: what is sent, what is wrong with it, and what it costs.
//!
//! Of an option `o` of a group `g` the form sends `p.g.o` (on which part) and `n.g.o` (how often), of a group of which
//! one option is chosen `g.g`, and of what can be left out `w.1`, or `wl.1` and `wr.1` of two halves.

use crate::{
    domain::{
        Field, InvalidField, is_blank,
        shop::{
            basket::{LineNote, Part},
            cart::CartLine,
            choices::chosen_halves,
            code::Code,
            menu::{Group, Item, Menu},
            price::{PricedLine, price_line},
            request::{ChoiceRequest, MAX_QUANTITY},
        },
    },
    ui::i18n::locale::{say, t},
};
use serde::Serialize;

/// How the options of a group are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// One of them, or none.
    One,
    /// Each or not.
    Each,
    /// Each so often.
    Count,
    /// Each on the whole or on one half.
    Halves,
}

impl Style {
    pub fn of(group: &Group) -> Style {
        match group {
            group if group.halves => Style::Halves,
            group if group.max == 1 => Style::One,
            group if group.each > 1 => Style::Count,
            _ => Style::Each,
        }
    }
}

/// The fields of a form, as they are sent.
pub type Sent = [(String, String)];

/// A field that is not sent is empty.
fn get<'a>(sent: &'a Sent, name: &str) -> &'a str {
    let mut sent = sent.iter();
    sent.find(|(sent, _)| sent == name)
        .map_or("", |(_, value)| value)
}

/// What is wrong, at a group or with the whole.
#[derive(Debug, PartialEq, Serialize)]
pub struct Fault {
    pub group: Option<Code>,
    pub words: String,
}

/// An item that is being put together.
pub struct Draft {
    pub line: CartLine,
    /// The note as it was typed.
    pub note: String,
    /// The entry of the cart that it replaces: its place, and its text.
    pub replaces: Option<(usize, String)>,
}

impl Draft {
    /// With what is chosen from the beginning.
    pub fn new(item: &Item, menu: &Menu) -> Draft {
        let groups = item
            .groups
            .iter()
            .filter_map(|code| menu.outline.group(code));
        let chosen = groups.flat_map(|group| {
            let defaults = group.options.iter().filter(|option| option.default);
            defaults.map(|option| ChoiceRequest {
                group: group.id.clone(),
                option: option.id.clone(),
                part: Part::Whole,
                count: 1,
            })
        });
        Draft {
            line: CartLine {
                item: item.id.clone(),
                size: first_size(item),
                half: None,
                options: chosen.collect(),
                without: Vec::new(),
                quantity: 1,
                note: None,
            },
            note: String::new(),
            replaces: None,
        }
    }

    /// A line that is in the cart.
    pub fn again(at: usize, line: &CartLine) -> Draft {
        Draft {
            line: line.clone(),
            note: line
                .note
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            replaces: Some((at, line.to_string())),
        }
    }

    /// What a form has sent. What it cannot have offered is left out.
    pub fn read(item: &Item, menu: &Menu, sent: &Sent) -> Draft {
        let code = |name: &str| Code::parse(get(sent, name)).ok();
        let size = code("size").filter(|size| item.price(Some(size)).is_some());
        let half = code("half").filter(|half| *half != item.id);
        let half = half.filter(|half| menu.shown(half).is_some());
        let groups = item
            .groups
            .iter()
            .filter_map(|code| menu.outline.group(code));
        let options = groups.flat_map(|group| choices(group, sent)).collect();
        let of_half = half.as_ref().and_then(|half| menu.item(half));
        let without = left_out(item, of_half, sent);
        // What is no number of pieces is refused, as 0 is.
        let quantity = match get(sent, "quantity").trim() {
            "" => 1,
            typed => typed.parse().unwrap_or(0),
        };
        let at = get(sent, "at").parse().ok();
        Draft {
            line: CartLine {
                item: item.id.clone(),
                size: size.or_else(|| first_size(item)),
                half,
                options,
                without,
                quantity,
                note: LineNote::parse(get(sent, "note")).ok(),
            },
            note: get(sent, "note").to_owned(),
            replaces: at.map(|at| (at, get(sent, "line").to_owned())),
        }
    }

    /// The other half.
    pub fn half<'a>(&self, menu: &'a Menu) -> Option<&'a Item> {
        menu.item(self.line.half.as_ref()?)
    }

    /// The groups that the form shows: those of both halves, and one of which something is chosen all the same.
    pub fn groups<'a>(&self, item: &Item, menu: &'a Menu) -> Vec<&'a Group> {
        let groups = item
            .groups
            .iter()
            .filter_map(|code| menu.outline.group(code));
        let is_shown = |group: &&Group| self.is_offered(group, menu) || self.has_chosen(group);
        groups.filter(is_shown).collect()
    }

    fn is_offered(&self, group: &Group, menu: &Menu) -> bool {
        let half = self.half(menu);
        half.is_none_or(|half| half.groups.contains(&group.id))
    }

    fn has_chosen(&self, group: &Group) -> bool {
        let mut options = self.line.options.iter();
        options.any(|choice| choice.group == group.id)
    }

    /// What is chosen of an option: on which part, and how often.
    pub fn chosen(&self, group: &Code, option: &Code) -> Option<&ChoiceRequest> {
        let mut options = self.line.options.iter();
        options.find(|choice| choice.group == *group && choice.option == *option)
    }

    /// # Errors
    /// What is wrong, where it stands.
    pub fn price(
        &self,
        item: &Item,
        menu: &Menu,
        is_sold_out: impl Fn(&Code, Option<&Code>) -> bool,
    ) -> Result<PricedLine, Vec<Fault>> {
        let groups = self.groups(item, menu);
        let mut faults: Vec<_> = groups
            .iter()
            .flat_map(|group| self.group_fault(group, menu))
            .collect();
        let whole = |words: String| Fault { group: None, words };
        if !is_blank(&self.note) && self.line.note.is_none() {
            let words = t([
                "The note is too long: 140 characters fit.",
                "Die Notiz ist zu lang: 140 Zeichen passen.",
            ]);
            faults.push(whole(words.to_owned()));
        }
        if !(1..=MAX_QUANTITY).contains(&self.line.quantity) {
            let words = say!(
                "Choose 1 to {MAX_QUANTITY} pieces.",
                "Wähl 1 bis {MAX_QUANTITY} Stück."
            );
            faults.push(whole(words));
        }
        let request = match self.line.request(menu) {
            Ok(request) => request,
            Err(_) => {
                faults.push(whole(changed()));
                return Err(faults);
            }
        };
        if !request.sold_out(is_sold_out).is_empty() {
            let words = t([
                "Something of this is sold out. Choose something else.",
                "Etwas davon ist ausverkauft. Wähl etwas anderes.",
            ]);
            faults.push(whole(words.to_owned()));
        }
        match price_line(&request, menu) {
            Ok(priced) if faults.is_empty() => Ok(priced),
            Ok(_) => Err(faults),
            Err(wrong) => {
                faults.extend(self.half_fault(&wrong, item, menu));
                if faults.is_empty() {
                    faults.push(whole(changed()));
                }
                Err(faults)
            }
        }
    }

    /// How many more or fewer options of a group are to be chosen.
    fn group_fault(&self, group: &Group, menu: &Menu) -> Option<Fault> {
        let fault = |words: String| {
            let group = Some(group.id.clone());
            Some(Fault { group, words })
        };
        if !self.is_offered(group, menu) {
            return fault(
                t([
                    "Not with this other half: take it off.",
                    "Nicht mit dieser anderen Hälfte: Nimm es weg.",
                ])
                .to_owned(),
            );
        }
        let chosen = chosen_halves(&self.line.options, &group.id);
        let (min, max) = (2 * u64::from(group.min), 2 * u64::from(group.max));
        if chosen < min {
            let more = in_halves(min - chosen);
            return fault(say!("Choose {more} more.", "Wähl noch {more}."));
        }
        if chosen > max {
            let fewer = in_halves(chosen - max);
            return fault(say!("Choose {fewer} fewer.", "Wähl {fewer} weniger."));
        }
        None
    }

    /// Why the two halves do not go together.
    fn half_fault(&self, wrong: &[InvalidField], item: &Item, menu: &Menu) -> Option<Fault> {
        let half = self.half(menu)?;
        wrong.iter().find(|fault| fault.field == "half")?;
        let (left, right) = (&item.name, &half.name);
        let words = say!(
            "{left} and {right} are no two halves in this size. Choose another size, or another half.",
            "{left} und {right} sind in dieser Größe keine zwei Hälften. Wähl eine andere Größe oder Hälfte."
        );
        Some(Fault { group: None, words })
    }
}

/// `1`, `½`, `1½`
pub fn in_halves(count: u64) -> String {
    match (count / 2, count % 2) {
        (whole, 0) => whole.to_string(),
        (0, _) => "½".to_owned(),
        (whole, _) => format!("{whole}½"),
    }
}

fn changed() -> String {
    t([
        "This cannot be ordered like that any more. Choose again.",
        "So kann das nicht mehr bestellt werden. Wähl noch einmal.",
    ])
    .to_owned()
}

fn first_size(item: &Item) -> Option<Code> {
    item.prices.first()?.size.clone()
}

fn choices(group: &Group, sent: &Sent) -> Vec<ChoiceRequest> {
    let style = Style::of(group);
    let id = &group.id;
    let choice = |option: &Code| {
        let part = get(sent, &format!("p.{id}.{option}"));
        let count = get(sent, &format!("n.{id}.{option}")).trim();
        let count = count.parse::<u32>().ok().map(|count| count.min(group.each));
        let (part, count) = match style {
            Style::One => {
                (get(sent, &format!("g.{id}")) == &**option).then_some((Part::Whole, 1))?
            }
            Style::Each => (part == Part::Whole.name()).then_some((Part::Whole, 1))?,
            Style::Count => (Part::Whole, count.unwrap_or(0)),
            Style::Halves => (Part::from_name(part)?, count.unwrap_or(1)),
        };
        (count > 0).then(|| ChoiceRequest {
            group: id.clone(),
            option: option.clone(),
            part,
            count,
        })
    };
    let options = group.options.iter();
    options.filter_map(|option| choice(&option.id)).collect()
}

fn left_out(item: &Item, half: Option<&Item>, sent: &Sent) -> Vec<(u32, Part)> {
    let of = |item: &Item, name: &str, part: Part| {
        let places = 1..=item.without.len();
        let ticked = places.filter(|n| !get(sent, &format!("{name}.{n}")).is_empty());
        ticked.map(|n| (n as u32, part)).collect::<Vec<_>>()
    };
    match half {
        None => of(item, "w", Part::Whole),
        Some(half) => {
            let mut left = of(item, "wl", Part::Left);
            left.extend(of(half, "wr", Part::Right));
            left
        }
    }
}
