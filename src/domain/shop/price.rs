//! What a line costs: the one price function, which the server bills by and the browser previews with. Whole cents,
//! rounded half up where a part arises; then only sums.

use super::{
    basket::{Allergen, Half, LeftOut, Line, Part, TaxClass},
    choices::{Offered, price_choices},
    menu::{Group, Halves, HalvesRule, Item, ItemPrice, Menu, MenuOption, Size},
    request::{LineRequest, MAX_PIECES, MAX_QUANTITY},
};
use crate::domain::{Cents, FieldError, InvalidField, half_up};

/// A line with its price, and what an order does not keep of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedLine {
    pub line: Line,
    pub tax: TaxClass,
}

/// What a line is of: an item, or two halves of one size.
struct Dish<'a> {
    item: &'a Item,
    size: Option<&'a Size>,
    price: &'a ItemPrice,
    half: Option<(&'a Item, &'a ItemPrice)>,
}

/// Prices the lines of one order.
///
/// # Errors
/// What is wrong, with paths like `lines[2].options[0]`.
pub fn price_lines(
    requests: &[LineRequest],
    menu: &Menu,
) -> Result<Vec<PricedLine>, Vec<InvalidField>> {
    let mut faults = Vec::new();
    let mut lines = Vec::with_capacity(requests.len());
    for (n, request) in requests.iter().enumerate() {
        match price_line(request, menu) {
            Ok(line) => lines.push(line),
            Err(wrong) => faults.extend(wrong.into_iter().map(|one| InvalidField {
                field: format!("lines[{n}].{}", one.field),
                error: one.error,
            })),
        }
    }
    let pieces: u64 = requests.iter().map(|line| u64::from(line.quantity)).sum();
    if pieces > MAX_PIECES {
        let why = format!("At most {MAX_PIECES} pieces fit in an order, not {pieces}.");
        faults.push(InvalidField::fault("lines", why));
    }
    match faults.is_empty() {
        true => Ok(lines),
        false => Err(faults),
    }
}

/// Prices one line.
///
/// # Errors
/// What is wrong, with paths from the line on.
pub fn price_line(request: &LineRequest, menu: &Menu) -> Result<PricedLine, Vec<InvalidField>> {
    let dish = dish(request, menu).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    if !(1..=MAX_QUANTITY).contains(&request.quantity) {
        let error = FieldError::out_of_range(1, MAX_QUANTITY);
        faults.push(InvalidField::new("quantity", error));
    }
    let offered = Offered {
        groups: dish.groups(menu),
        size: dish.size.map(|size| &size.id),
        topping_percent: menu.outline.halves.topping_percent,
    };
    let choices = price_choices(&request.options, &offered, &mut faults);
    let without = dish.left_out(&request.without, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let (chosen, options): (Vec<_>, Vec<_>) = choices.into_iter().unzip();
    let base = dish.base(&menu.outline.halves);
    let unit = base
        + chosen
            .iter()
            .map(|one| u64::from(one.price.get()))
            .sum::<u64>();
    let quantity = u64::from(request.quantity);
    let half = dish.half.map(|(half, _)| Half {
        item: half.id.clone(),
        name: half.name.clone(),
    });
    let line = Line {
        item: dish.item.id.clone(),
        name: dish.item.name.clone(),
        size: dish.size.map(|size| size.name.clone()),
        quantity: request.quantity,
        half,
        options: chosen,
        without,
        note: request.note.clone(),
        base: cents(base),
        unit: cents(unit),
        total: cents(unit * quantity),
        deposit: cents(dish.deposit() * quantity),
        pieces: dish.pieces(),
        allergens: dish.allergens(&options),
        done: 0,
    };
    let tax = dish.item.tax;
    Ok(PricedLine { line, tax })
}

/// A line costs at most 99 times (a base of 3,000.00 and 20 choices of 3,000.00): 6,237,000.00, which fits.
fn cents(amount: u64) -> Cents {
    Cents::new(u32::try_from(amount).unwrap_or(u32::MAX))
}

/// The item, its size and its other half, if they are there and fit.
fn dish<'a>(request: &LineRequest, menu: &'a Menu) -> Result<Dish<'a>, InvalidField> {
    let shown = |code, path| {
        let missing = || InvalidField::fault(path, format!("There is no item {code} here."));
        menu.shown(code).ok_or_else(missing)
    };
    let item = shown(&request.item, "item")?;
    let price = price_of(item, request)?;
    let size = price.size.as_ref().and_then(|code| menu.outline.size(code));
    let half = match &request.half {
        None => None,
        Some(code) => {
            let half = shown(code, "half")?;
            Some((half, price_of_half(item, half, request)?))
        }
    };
    Ok(Dish {
        item,
        size,
        price,
        half,
    })
}

fn price_of<'a>(item: &'a Item, request: &LineRequest) -> Result<&'a ItemPrice, InvalidField> {
    let name = &item.name;
    match (item.price(request.size.as_ref()), &request.size) {
        (Some(price), _) => Ok(price),
        (None, None) => Err(InvalidField::new("size", FieldError::Missing)),
        (None, Some(size)) => {
            let why = format!("{name} has no size {size}.");
            Err(InvalidField::fault("size", why))
        }
    }
}

/// Two halves are different items of one size and tax class, both of which may be halves in that size.
fn price_of_half<'a>(
    item: &Item,
    half: &'a Item,
    request: &LineRequest,
) -> Result<&'a ItemPrice, InvalidField> {
    let refused = |why: String| Err(InvalidField::fault("half", why));
    let (left, right) = (&item.name, &half.name);
    if item.id == half.id {
        return refused(format!("Both halves are {left}: order it whole."));
    }
    let Some(size) = &request.size else {
        return refused(format!("{left} has no sizes, so that it cannot be a half."));
    };
    let Some(price) = half.price(Some(size)) else {
        return refused(format!("{right} has no size {size}, as {left} does."));
    };
    if let Some(whole) = [item, half].iter().find(|one| !one.halves.contains(size)) {
        return refused(format!(
            "{} cannot be a half in the size {size}.",
            whole.name
        ));
    }
    if item.tax != half.tax {
        return refused(format!("{left} and {right} are taxed apart."));
    }
    Ok(price)
}

impl<'a> Dish<'a> {
    /// Of one piece, without options.
    fn base(&self, halves: &Halves) -> u64 {
        let price = |price: &ItemPrice| u64::from(price.price.get());
        let one = price(self.price);
        let Some((_, other)) = self.half else {
            return one;
        };
        let other = price(other);
        let share = |whole: u64| half_up(whole * u64::from(halves.half_percent), 100);
        let both = match halves.rule {
            HalvesRule::Average => half_up(one + other, 2),
            HalvesRule::Dearer => one.max(other),
            HalvesRule::SumOfHalves => share(one) + share(other),
        };
        both + u64::from(halves.fee.get())
    }

    /// The groups that it offers, in the item's order. Of two halves those that both have.
    fn groups(&self, menu: &'a Menu) -> Vec<&'a Group> {
        let both = |code: &&_| self.half.is_none_or(|(half, _)| half.groups.contains(code));
        let offered = self.item.groups.iter().filter(both);
        offered
            .filter_map(|code| menu.outline.group(code))
            .collect()
    }

    /// Of one piece: of two halves the larger.
    fn deposit(&self) -> u64 {
        let other = self.half.map(|(_, price)| price.deposit);
        let larger = self.price.deposit.max(other.unwrap_or(self.price.deposit));
        larger.get().into()
    }

    /// Of two halves the more.
    fn pieces(&self) -> u32 {
        let other = self.half.map_or(0, |(half, _)| half.pieces);
        self.item.pieces.max(other)
    }

    /// Of both halves and of all options. What is left out takes none away.
    fn allergens(&self, options: &[&MenuOption]) -> Vec<Allergen> {
        let has = |allergen: &Allergen| {
            let half = self
                .half
                .is_some_and(|(half, _)| half.allergens.contains(allergen));
            half || self.item.allergens.contains(allergen)
                || options
                    .iter()
                    .any(|option| option.allergens.contains(allergen))
        };
        Allergen::ALL.iter().copied().filter(has).collect()
    }

    /// What is left out, each once: of one half what that half has, of the whole what both have.
    fn left_out(&self, wanted: &[LeftOut], faults: &mut Vec<InvalidField>) -> Vec<LeftOut> {
        let mut without: Vec<LeftOut> = Vec::new();
        for (n, one) in wanted.iter().enumerate() {
            let left = self.item.without.contains(&one.name);
            let right = self.half.map(|(half, _)| half.without.contains(&one.name));
            let can_be = match (one.part, right) {
                (Part::Whole, right) => left && right.unwrap_or(true),
                (Part::Left, Some(_)) => left,
                (Part::Right, Some(right)) => right,
                (_, None) => false,
            };
            if !can_be {
                let why = format!("{} cannot be left out there.", one.name);
                faults.push(InvalidField::fault(format!("without[{n}]"), why));
            } else if !without.contains(one) {
                without.push(one.clone());
            }
        }
        without
    }
}
