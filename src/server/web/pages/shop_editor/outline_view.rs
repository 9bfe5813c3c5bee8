//! What the page of a menu has below the items: categories, sizes, groups of options, and the rule for halves.

use super::{
    fields::{hidden, key},
    form::{Faults, Form},
    shop::EditedShop,
    shown::Shown,
};
use crate::{
    domain::{
        InvalidField,
        shop::menu::{Group, HalvesRule, Menu, Outline, Size},
    },
    server::web::pages::account::Sent,
    ui::i18n::locale::{Text, plural, t},
};
use leptos::prelude::*;

/// The forms of the outline.
struct Forms<'a> {
    edited: &'a EditedShop,
    outline: &'a Outline,
    sent: Option<&'a Sent>,
    faults: Faults,
}

pub fn view(edited: &EditedShop, menu: &Menu, shown: &Shown<'_>) -> AnyView {
    let (outline, sent) = (&menu.outline, shown.sent);
    let forms = Forms {
        edited,
        outline,
        sent,
        faults: shown.faults(outline, |one| place(sent?, outline, one)),
    };
    let sizes: Vec<_> = outline.sizes.iter().map(|size| forms.size(size)).collect();
    let none = sizes.is_empty().then(|| {
        let said = t([
            "Without sizes, everything has one price.",
            "Ohne Größen hat alles einen Preis.",
        ]);
        view! { <p class="soft">{said}</p> }.into_any()
    });
    let groups: Vec<_> = outline.groups.iter().map(|one| forms.group(one)).collect();
    let new_group = format!("{}?group=", edited.menu_path());
    view! {
        <section class="paper stack" id="outline" aria-labelledby="outline-heading">
            <h2 id="outline-heading">{t(["Categories and sizes", "Kategorien und Größen"])}</h2>
            {forms.add("add-category", ["New category", "Neue Kategorie"])}
            <ul class="stack">{sizes}</ul> {none}
            {forms.add("add-size", ["New size", "Neue Größe"])}
        </section>
        <section class="paper stack" aria-labelledby="groups-heading">
            <h2 id="groups-heading">{t(["Groups of options", "Gruppen von Zutaten"])}</h2>
            <ul class="stack">{groups}</ul>
            <p><a class="button" href=new_group>{t(["New group", "Neue Gruppe"])}</a></p>
        </section>
        {forms.halves()}
    }
    .into_any()
}

/// The field of a fault, in the form that was sent.
fn place(sent: &Sent, outline: &Outline, one: &InvalidField) -> Option<String> {
    let path = one.field.as_str();
    match sent.get("act") {
        "save-halves" => path.strip_prefix("halves.").map(str::to_owned),
        "drop-size" => Some("name".to_owned()),
        "save-size" | "add-size" => {
            let is_it = |size: &Size| &*size.id == sent.get("size");
            let at = outline.sizes.iter().position(is_it);
            let at = at.unwrap_or(outline.sizes.len());
            (path == format!("sizes[{at}].name")).then(|| "name".to_owned())
        }
        "add-category" => path.ends_with("].name").then(|| "name".to_owned()),
        _ => None,
    }
}

impl Forms<'_> {
    /// A form: as it was sent, if it is the one that was.
    fn form<'b>(&'b self, id: &'b str, acts: &[&str], size: &str) -> Form<'b> {
        let is_it = |sent: &&Sent| acts.contains(&sent.get("act")) && sent.get("size") == size;
        let sent = self.sent.filter(is_it);
        let faults = match sent {
            Some(_) => &self.faults,
            None => const { &Faults::none() },
        };
        Form { id, sent, faults }
    }

    fn version(&self) -> AnyView {
        hidden("version", self.outline.version.to_string())
    }

    /// The form that adds a category or a size.
    fn add(&self, act: &'static str, label: Text) -> AnyView {
        let id = format!("outline-{act}");
        let form = self.form(&id, &[act], "");
        let word = t(["Add", "Hinzufügen"]);
        view! {
            <form class="row" method="post" action=self.edited.menu_path()>
                {key()} {self.version()}
                {form.field("name", label, "")}
                <button class="button" name="act" value=act>{word}</button>
            </form>
        }
        .into_any()
    }

    fn size(&self, size: &Size) -> AnyView {
        let id = format!("size-{}", size.id);
        let form = self.form(&id, &["save-size", "drop-size"], &size.id);
        let name = size.name.to_string();
        let label = t(["Name of the size", "Name der Größe"]).to_owned();
        view! {
            <li><form class="row" method="post" action=self.edited.menu_path()>
                {key()} {self.version()} {hidden("size", size.id.to_string())}
                {form.bare("name", label, "input narrow", name.clone())}
                <button class="button" name="act" value="save-size">{t(["Save", "Speichern"])} <span class="unseen">": " {name.clone()}</span></button>
                <button class="button quiet" name="act" value="up-size" formnovalidate>"↑" <span class="unseen">{t(["Move up", "Nach oben"])} ": " {name.clone()}</span></button>
                <button class="button quiet" name="act" value="drop-size" formnovalidate>{t(["Remove", "Entfernen"])} <span class="unseen">": " {name}</span></button>
            </form></li>
        }
        .into_any()
    }

    fn group(&self, group: &Group) -> AnyView {
        let address = format!("{}?group={}", self.edited.menu_path(), group.id);
        let name = group.name.to_string();
        let count = plural(
            group.options.len(),
            ["option", "Zutat"],
            ["options", "Zutaten"],
        );
        view! {
            <li><form class="row" method="post" action=self.edited.menu_path()>
                {key()} {self.version()} {hidden("group", group.id.to_string())}
                <a href=address><bdi translate="no">{name.clone()}</bdi></a> <span class="soft">{count}</span>
                <button class="button quiet" name="act" value="up-group">"↑" <span class="unseen">{t(["Move up", "Nach oben"])} ": " {name}</span></button>
            </form></li>
        }
        .into_any()
    }

    /// The rule for what two halves cost.
    fn halves(&self) -> AnyView {
        let halves = &self.outline.halves;
        let form = self.form("halves", &["save-halves"], "");
        let rules = HalvesRule::ALL
            .iter()
            .map(|rule| (rule.name(), rule_text(*rule)));
        let rules: Vec<_> = rules.collect();
        let rule = halves.rule.name().to_owned();
        view! {
            <section class="paper stack" aria-labelledby="halves-heading">
                <h2 id="halves-heading">{t(["Half and half", "Halb und halb"])}</h2>
                <form class="stack" method="post" action=self.edited.menu_path()>
                    {key()} {self.version()}
                    {form.choice("rule", ["Two halves cost", "Zwei Hälften kosten"], rule, &rules)}
                    <div class="area">
                        {form.field("half_percent", ["A half costs, % of its whole (50 to 100; for the third rule)", "Eine Hälfte kostet, % der ganzen (50 bis 100; für die dritte Regel)"], halves.half_percent)}
                        {form.field("topping_percent", ["A topping on one half costs, % (50 to 100)", "Ein Belag auf einer Hälfte kostet, % (50 bis 100)"], halves.topping_percent)}
                        {form.field("fee", ["Fee for two halves", "Aufpreis für zwei Hälften"], halves.fee)}
                    </div>
                    <div><button class="button" name="act" value="save-halves">{t(["Save the rule", "Regel speichern"])}</button></div>
                </form>
            </section>
        }
        .into_any()
    }
}

fn rule_text(rule: HalvesRule) -> Text {
    match rule {
        HalvesRule::Average => ["the average of both", "den Durchschnitt von beiden"],
        HalvesRule::Dearer => ["as much as the dearer one", "so viel wie die teurere"],
        HalvesRule::SumOfHalves => ["the sum of both halves", "die Summe beider Hälften"],
    }
}
