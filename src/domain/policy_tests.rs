//! The table of rights, cell by cell: every viewer × whose an order is × its status. What is expected is written out a
//! second time in `policy_matrix.txt`, so that a change of a right is a line in a diff; `docs/security.md` has the same
//! in words.

use super::{
    AccountKind, AccountRole, Actor, CommandKind, Identity, Order, OrderFacts, Permission, Scope,
    Sight, Status, Viewer,
    policy_samples::{ANOTHERS, OWN, PROGRAM, Row, Whose, identity, rows, way},
};

fn letter(sight: Sight) -> char {
    match sight {
        Sight::None => '.',
        Sight::Outside => 'o',
        Sight::Whole => 'W',
    }
}

/// How a command ends.
fn end(viewer: &Viewer, kind: CommandKind, order: &Order) -> char {
    let facts = OrderFacts::from(order);
    let actor = viewer.identity().map_or(Actor::AnyRole, Identity::actor);
    match (viewer.view(&facts), viewer.may(kind, Some(&facts))) {
        (_, Permission::NotAllowed) => 'x',
        (Sight::None, _) => '.',
        (_, Permission::NotYours) => 'n',
        (_, Permission::Yes) if order.transition(kind, actor).is_some() => '+',
        (_, Permission::Yes) => 'c',
    }
}

fn sees(viewer: &Viewer, whose: Whose) -> String {
    let orders = whose.orders();
    let facts = orders.iter().map(OrderFacts::from);
    facts.map(|facts| letter(viewer.view(&facts))).collect()
}

/// The commands that a role has, but for those that are of no order yet.
fn own_commands(viewer: &Viewer) -> impl Iterator<Item = CommandKind> {
    let all = CommandKind::ALL.iter().copied();
    let is_first = |kind| matches!(kind, CommandKind::Offer | CommandKind::Order);
    all.filter(move |kind| !is_first(*kind) && viewer.has(*kind))
}

/// What a viewer sees and does of the orders of somebody.
fn cells(viewer: &Viewer, whose: Whose) -> String {
    let line = |name: &str, letters: String| format!("  {name:<10} {letters}\n");
    let (orders, direct) = (whose.orders(), whose.direct_orders());
    let seen = direct.iter().map(OrderFacts::from);
    let seen: String = seen.map(|facts| letter(viewer.view(&facts))).collect();
    let mut cells = line("sees", format!("{} {seen}", sees(viewer, whose)));
    for kind in own_commands(viewer) {
        let ends = |orders: &[Order]| -> String {
            let ends = orders.iter().map(|order| end(viewer, kind, order));
            ends.collect()
        };
        let ends = format!("{} {}", ends(&orders), ends(&direct));
        if ends.contains(|end| !['.', ' '].contains(&end)) {
            cells.push_str(&line(kind.name(), ends));
        }
    }
    let subjects = whose.subjects();
    let told = subjects.iter().map(|subject| letter(viewer.told(subject)));
    cells + &line("told", told.collect())
}

/// How an offer under the name of a supplier ends.
fn offers(viewer: &Viewer, whose: Whose) -> char {
    let (order, _) = whose.new_order();
    match viewer.may(CommandKind::Offer, Some(&OrderFacts::from(&order))) {
        Permission::Yes => '+',
        Permission::NotYours => 'n',
        Permission::NotAllowed => 'x',
    }
}

fn block(row: &Row, viewer: &Viewer) -> String {
    let mut block = format!("# {}\n", row.title);
    let all = CommandKind::ALL.iter().filter(|kind| !viewer.has(**kind));
    let never: Vec<_> = all.map(|kind| kind.name()).collect();
    if never.len() == CommandKind::ALL.len() {
        block.push_str("  never      anything\n");
    } else if !never.is_empty() {
        block.push_str(&format!("  never      {}\n", never.join(" ")));
    }
    if viewer.has(CommandKind::Offer) {
        let (own, anothers) = (offers(viewer, row.whose), offers(viewer, ANOTHERS));
        block.push_str(&format!("  offer      {own}{anothers}\n"));
    }
    let (own, anothers) = (cells(viewer, row.whose), cells(viewer, ANOTHERS));
    block += &match own == anothers {
        true => format!("- any\n{own}"),
        false => format!("- {}\n{own}- another's\n{anothers}", row.own),
    };
    block
}

#[test]
fn every_cell_is_as_the_reviewed_matrix_says() {
    let reviewed = include_str!("policy_matrix.txt");
    let (_, reviewed) = reviewed.split_once("\n\n# ").unwrap();
    let reviewed = reviewed.split("\n\n# ").map(str::trim_end);
    let rows = rows();
    let titles: Vec<_> = rows.iter().map(|row| row.title).collect();
    let blocks: Vec<_> = reviewed.map(|block| format!("# {block}\n")).collect();
    assert_eq!(blocks.len(), rows.len(), "{titles:?}");
    for (row, expected) in rows.iter().zip(blocks) {
        for viewer in &row.viewers {
            assert_eq!(block(row, viewer), expected, "{viewer:?}");
        }
    }
}

#[test]
fn every_kind_and_role_of_accounts_is_in_the_matrix() {
    let rows = rows();
    let viewers = rows.iter().flat_map(|row| &row.viewers);
    let known: Vec<_> = viewers.filter_map(Viewer::identity).collect();
    for &kind in AccountKind::ALL {
        assert!(known.iter().any(|one| one.kind == kind), "{kind}");
    }
    for &role in AccountRole::ALL {
        assert!(known.iter().any(|one| one.role == role), "{role}");
    }
}

/// Who has no supplier, or no driver, shares none with an order.
#[test]
fn what_is_not_known_is_nobodys() {
    let nameless = identity(AccountKind::Integration, AccountRole::Supplier, PROGRAM);
    let driverless = identity(AccountKind::Integration, AccountRole::Driver, PROGRAM);
    for identity in [nameless, driverless] {
        let viewer = Viewer::Known(Box::new(identity));
        for mut order in OWN.orders() {
            (order.customer_id, order.driver_id) = (None, None);
            assert_eq!(viewer.view(&OrderFacts::from(&order)), Sight::None);
        }
    }
}

/// What is seen is in the scope that a list or a socket is narrowed to.
#[test]
fn a_narrowed_scope_holds_all_that_is_seen() {
    for row in rows() {
        for viewer in &row.viewers {
            let scope = viewer.narrowed(Scope::everything());
            for order in [row.whose, ANOTHERS]
                .iter()
                .flat_map(|whose| whose.orders())
            {
                let is_seen = viewer.view(&OrderFacts::from(&order)) != Sight::None;
                assert!(!is_seen || scope.holds(&order), "{}: {order:?}", row.title);
            }
            for subject in [row.whose, ANOTHERS]
                .iter()
                .flat_map(|whose| whose.subjects())
            {
                let is_told = viewer.told(&subject) != Sight::None;
                let concerns = scope.concerns(&subject);
                assert!(!is_told || concerns, "{}: {subject:?}", row.title);
            }
        }
    }
}

/// What a viewer sees, in words.
fn in_words(sight: &str) -> &'static str {
    match sight {
        "WWWWWWWWWWW" => "all of it",
        "...WWWWWW.W" => "all of it, once a customer has taken it",
        ".o.WWWWWW.W" => "all of it; before it was taken, the outside while on offer",
        "WWoWWWWWooo" => "all of it until it is final, then the outside",
        "......WWo.." => "all of it until it is final, then the outside",
        "ooooooooooo" => "the outside",
        ".o........." => "the outside, while on offer",
        "..........." => "nothing",
        other => panic!("no words for {other}"),
    }
}

/// What a viewer does: with whatever it sees, and with its own alone.
fn does(viewer: &Viewer) -> String {
    let mut parts = [Vec::new(), Vec::new()];
    for &kind in CommandKind::ALL.iter().filter(|kind| viewer.has(**kind)) {
        let others = ANOTHERS.after(way(Status::Dispatched));
        let may = viewer.may(kind, Some(&OrderFacts::from(&others)));
        let is_own = usize::from(may == Permission::NotYours);
        parts[is_own].push(format!("`{kind}`"));
    }
    // But for what the market does by the clock.
    if parts[0].len() + 1 == CommandKind::ALL.len() {
        return "everything".to_owned();
    }
    let [any, own] = parts.map(|names| names.join(", "));
    let own = (!own.is_empty()).then(|| format!("{own} of its own"));
    let parts: Vec<_> = [any]
        .into_iter()
        .filter(|any| !any.is_empty())
        .chain(own)
        .collect();
    match parts.is_empty() {
        true => "nothing".to_owned(),
        false => parts.join("; "),
    }
}

#[test]
fn the_page_about_security_shows_this_table() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/security.md");
    let page = &*std::fs::read_to_string(page).unwrap();
    let shown = page.split_once("<!-- policy").unwrap().1;
    let shown = shown.split_once("<!-- end -->").unwrap().0;
    let shown = shown.lines().filter(|line| line.starts_with('|')).skip(2);
    let shown: Vec<_> = shown.collect();
    let expected: Vec<_> = rows()
        .iter()
        .map(|row| {
            let viewer = &row.viewers[0];
            let [own, anothers] = [row.whose, ANOTHERS].map(|whose| in_words(&sees(viewer, whose)));
            let (title, does) = (row.title, does(viewer));
            format!("| {title} | {own} | {anothers} | {does} |")
        })
        .collect();
    assert_eq!(shown, expected);
}
