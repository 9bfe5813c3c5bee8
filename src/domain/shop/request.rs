//! One line as it is asked for, and the reader of such lines. A price is never asked for.

use super::{
    basket::{LeftOut, LineNote, Part},
    code::Code,
};
use crate::domain::{Fields, Whole};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRequest {
    pub item: Code,
    pub size: Option<Code>,
    pub quantity: u32,
    /// The other item of two halves. It is the right one.
    pub half: Option<Code>,
    pub options: Vec<ChoiceRequest>,
    pub without: Vec<LeftOut>,
    pub note: Option<LineNote>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChoiceRequest {
    pub group: Code,
    pub option: Code,
    pub part: Part,
    pub count: u32,
}

/// Limits of an order.
pub const MAX_LINES: usize = 50;
pub const MAX_PIECES: u64 = 200;
pub const MAX_QUANTITY: u32 = 99;
/// Of one line.
pub const MAX_CHOICES: usize = 20;
/// Of the rows of one line that name a choice, which may name one several times.
const MAX_ROWS: usize = 100;

impl LineRequest {
    /// One whole item.
    #[cfg(test)]
    pub fn of(item: Code, size: Option<Code>) -> LineRequest {
        LineRequest {
            item,
            size,
            quantity: 1,
            half: None,
            options: Vec::new(),
            without: Vec::new(),
            note: None,
        }
    }

    /// The parameter `lines`, at least one.
    pub fn read_all(fields: &mut Fields) -> Vec<LineRequest> {
        fields.required_objects("lines", MAX_LINES, LineRequest::read)
    }

    pub fn read(fields: &mut Fields) -> Option<LineRequest> {
        let item = fields.required("item");
        let size = fields.optional("size");
        let quantity = fields.optional::<Whole<1, 99>>("quantity");
        let half = fields.optional("half");
        let options = fields.objects("options", MAX_ROWS, ChoiceRequest::read);
        let without = fields.objects("without", MAX_ROWS, left_out);
        let note = fields.unless_blank("note");
        Some(LineRequest {
            item: item?,
            size,
            quantity: quantity.map_or(1, |quantity| quantity.get().into()),
            half,
            options,
            without,
            note,
        })
    }

    /// The things that can be sold out, each with its path: the item and the other half, and the options by their group.
    pub fn things(&self) -> impl Iterator<Item = (String, &Code, Option<&Code>)> {
        let item = ("item".to_owned(), &self.item, None);
        let half = self.half.iter().map(|half| ("half".to_owned(), half, None));
        let options = self.options.iter().enumerate().map(|(n, choice)| {
            let path = format!("options[{n}]");
            (path, &choice.group, Some(&choice.option))
        });
        std::iter::once(item).chain(half).chain(options)
    }

    /// The paths of what is sold out. `is_sold_out` gets an item, or a group and its option.
    pub fn sold_out(&self, is_sold_out: impl Fn(&Code, Option<&Code>) -> bool) -> Vec<String> {
        let sold_out = self
            .things()
            .filter(|(_, item_or_group, option)| is_sold_out(item_or_group, *option));
        sold_out.map(|(path, ..)| path).collect()
    }
}

impl ChoiceRequest {
    fn read(fields: &mut Fields) -> Option<ChoiceRequest> {
        let group = fields.required("group");
        let option = fields.required("option");
        let part = fields.one_of("part", Part::from_name);
        let count = fields.optional::<Whole<1, 99>>("count");
        Some(ChoiceRequest {
            group: group?,
            option: option?,
            part: part.unwrap_or(Part::Whole),
            count: count.map_or(1, |count| count.get().into()),
        })
    }
}

fn left_out(fields: &mut Fields) -> Option<LeftOut> {
    let name = fields.required("name");
    let part = fields.one_of("part", Part::from_name);
    Some(LeftOut {
        name: name?,
        part: part.unwrap_or(Part::Whole),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Error, Field, FieldError};

    fn read(json: &str) -> Result<Vec<LineRequest>, Vec<(String, FieldError)>> {
        let mut fields = Fields::default();
        fields.add_object(json.as_bytes()).unwrap();
        let lines = LineRequest::read_all(&mut fields);
        match fields.finish(|| Some(lines)) {
            Ok(lines) => Ok(lines),
            Err(Error::Invalid(invalid)) => Err(invalid
                .into_iter()
                .map(|one| (one.field, one.error))
                .collect()),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_is_not_named_is_one_and_whole() {
        let lines = read(
            r#"{"lines": [{"item": "a", "size": null, "options": [{"group": "g", "option": "o"}], "without": [{"name": "Onions"}], "note": " "}]}"#,
        );
        let line = &lines.unwrap()[0];
        assert_eq!((line.quantity, &line.note), (1, &None));
        assert_eq!(
            (line.options[0].part, line.options[0].count),
            (Part::Whole, 1)
        );
        assert_eq!(line.without[0].part, Part::Whole);
    }

    #[test]
    fn a_line_is_refused_with_its_path() {
        let line = r#"{"item": "a"}"#;
        let bad = r#"{"item": "A", "quantity": 0, "price": 1, "options": [{"group": "g", "option": "o", "part": "top", "count": 1.5, "price": 0}], "without": ["Onions"]}"#;
        let refused = read(&format!(r#"{{"lines": [{line}, {line}, {bad}]}}"#)).unwrap_err();
        let paths: Vec<_> = refused.iter().map(|(path, _)| &**path).collect();
        assert_eq!(
            paths,
            [
                "lines[2].item",
                "lines[2].quantity",
                "lines[2].options[0].part",
                "lines[2].options[0].count",
                "lines[2].options[0].price",
                "lines[2].without[0]",
                "lines[2].price",
            ]
        );
        assert_eq!(refused[1].1, FieldError::out_of_range(1, 99));
        assert_eq!(refused[4].1, FieldError::Unknown);
        let many = format!(r#"{{"lines": [{}]}}"#, vec![line; 51].join(","));
        let fault = FieldError::fault("At most 50 fit, not 51.");
        assert_eq!(read(&many), Err(vec![("lines".to_owned(), fault)]));
        for none in [r#"{"lines": []}"#, "{}", r#"{"lines": null}"#] {
            assert_eq!(
                read(none),
                Err(vec![("lines".to_owned(), FieldError::Missing)])
            );
        }
    }

    #[test]
    fn what_is_sold_out_has_a_path() {
        let code = |text| Code::parse(text).unwrap();
        let mut line = LineRequest::of(code("a"), None);
        line.half = Some(code("b"));
        line.options = vec![ChoiceRequest {
            group: code("g"),
            option: code("a"),
            part: Part::Left,
            count: 1,
        }];
        let is = |item_or_group: &Code, option: Option<&Code>| {
            (&**item_or_group, option.map(|option| &**option)) == ("g", Some("a"))
                || &**item_or_group == "b"
        };
        assert_eq!(line.sold_out(is), ["half", "options[0]"]);
    }
}
