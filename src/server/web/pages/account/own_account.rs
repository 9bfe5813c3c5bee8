//! One's own account: its name, password, codes, and the devices that are signed in.

use super::{
    fields::{Form, Kind, act, act_surely, checkbox, hidden, step, submit},
    layout::{Page, own_page, page, refused},
    notice::{Notice, Said, ShownOnce, shown_once},
    sessions::{live_sessions, sessions},
    shown_once::{factor, once},
    sign_up::PASSWORD_HINT,
    visit::{Sent, Visit, by, redirect},
    words,
};
use crate::{
    domain::{Account, AccountKind, Error, Field as _, FieldError, Name},
    server::services::accounts::{Begun, NewFactor, Which},
    ui::{
        i18n::locale::{Text, t},
        name, paths,
    },
};
use axum::response::Response;
use leptos::prelude::*;

const TITLE: Text = ["My account", "Mein Konto"];
const NAME: &str = "account-name";
const PASSWORD: &str = "account-password";
const CODES: &str = "account-codes";
const SESSIONS: &str = "account-sessions";
/// The field that carries new codes, sealed.
const FACTOR: &str = "factor";
const CLOSE: &str = "account-close";

pub async fn show(visit: Visit) -> Response {
    let notice = visit.notice().await;
    account_page(&visit, notice.as_ref()).await
}

async fn account_page(visit: &Visit, notice: Option<&Notice>) -> Response {
    let account = match visit.account().await {
        Ok(account) => account,
        Err(Error::NotSignedIn) => return visit.to_sign_in(),
        Err(error) => {
            return refused(
                visit,
                &error,
                (["Try again", "Noch einmal"], paths::ACCOUNT.to_owned()),
            )
            .await;
        }
    };
    // New codes that are not confirmed yet.
    let sealed = notice.and_then(|notice| notice.value(FACTOR));
    let again = |sealed| visit.app.accounts.factor_again(&account, sealed);
    let new = sealed.and_then(again);
    let holds_secret = new.is_some() || notice.is_some_and(Notice::shows_once);
    page(visit, Page::new(TITLE).holding(holds_secret), || {
        let kitchen = account.supplier_name.as_ref();
        let kitchen = kitchen.map(|kitchen| view! { " · " {name(kitchen)} }.into_any());
        let may_be_named = account.kind != AccountKind::Device;
        let has_password = account.kind.has_password();
        let (to_work, own) = own_page(account.role, account.supplier_name.as_ref());
        view! {
            <h1>{t(TITLE)}</h1>
            <p class="soft">{name(&account.name)} " · " {t(words::kind(account.kind))} {kitchen}</p>
            {once(visit, notice)}
            <p><a class="button primary" href=own>{t(to_work)}</a></p>
            {may_be_named.then(|| name_form(&account, notice))}
            {has_password.then(|| password_form(&account, notice))}
            {has_password.then(|| codes_form(new.as_ref(), notice))}
            <section class="paper stack" aria-labelledby="sessions">
                <h2 id="sessions">{t(["Where you are signed in", "Wo du angemeldet bist"])}</h2>
                {sessions_form(visit, &account, notice)}
            </section>
            {(account.kind == AccountKind::Customer).then(|| close_form(notice))}
        }
        .into_any()
    })
    .await
}

/// A form of the page, under a heading.
fn section(form: Form, heading: Text, content: AnyView) -> AnyView {
    let heading_id = format!("{}-h", form.id());
    let labelled = heading_id.clone();
    view! {
        <section class="paper" aria-labelledby=labelled>
            <form class="stack" id=form.id() method="post" action=paths::ACCOUNT>
                <h2 id=heading_id>{t(heading)}</h2>
                {content}
                {form.refusal()}
            </form>
        </section>
    }
    .into_any()
}

fn name_form(account: &Account, notice: Option<&Notice>) -> AnyView {
    let form = Form::new(NAME, notice);
    let content = view! {
        {hidden("act", "name".to_owned())}
        {form.filled("name", ["What others call you", "Wie andere dich nennen"], Kind::Name("name"), &account.name)}
        {step(["Save the name", "Namen speichern"])}
    };
    section(form, ["Name", "Name"], content.into_any())
}

fn password_form(account: &Account, notice: Option<&Notice>) -> AnyView {
    let form = Form::new(PASSWORD, notice);
    let email = account.email.as_deref().unwrap_or_default().to_owned();
    let content = view! {
        {hidden("act", "password".to_owned())}
        <input type="hidden" name="email" autocomplete="username" value=email/>
        {form.field("password", ["Current password", "Aktuelles Passwort"], None, Kind::CurrentPassword)}
        {form.field("new_password", ["New password", "Neues Passwort"], Some(PASSWORD_HINT), Kind::NewPassword)}
        {checkbox("end_others", ["Sign out everywhere else", "Überall sonst abmelden"], true)}
        {step(["Change the password", "Passwort ändern"])}
    };
    section(form, ["Password", "Passwort"], content.into_any())
}

fn codes_form(new: Option<&NewFactor>, notice: Option<&Notice>) -> AnyView {
    let form = Form::new(CODES, notice);
    let content = match new {
        None => view! {
            <p>{t([
                "An authenticator app shows a code that is asked for beside the password. Setting it up again replaces the app and the recovery codes from before.",
                "Eine Authenticator-App zeigt einen Code, der neben dem Passwort verlangt wird. Neu einrichten ersetzt die App und die Notfallcodes von vorher.",
            ])}</p>
            {hidden("act", "new-codes".to_owned())}
            {step(["Set up codes", "Codes einrichten"])}
        }
        .into_any(),
        Some(new) => view! {
            {hidden("act", "codes".to_owned())}
            {hidden(FACTOR, new.sealed.clone())}
            {factor(new)}
            {form.field("code", ["Code", "Code"], None, Kind::Code)}
            {form.field("password", ["Password", "Passwort"], None, Kind::CurrentPassword)}
            {submit(["Use this app from now on", "Ab jetzt diese App benutzen"])}
        }
        .into_any(),
    };
    section(form, ["Codes", "Codes"], content)
}

fn sessions_form(visit: &Visit, account: &Account, notice: Option<&Notice>) -> AnyView {
    let form = Form::new(SESSIONS, notice);
    let present = visit.session().unwrap_or_default();
    let others = (live_sessions(account).count() > 1).then(|| {
        act(
            "button",
            "end-others",
            ["End all others", "Alle anderen beenden"],
        )
    });
    let all = act_surely(
        "end-all",
        ["End all…", "Alle beenden\u{a0}…"],
        words::after_sign_out(account.kind),
        ["End all, here too", "Alle beenden, auch hier"],
    );
    view! {
        {sessions(account, paths::ACCOUNT, &present, visit.zone.as_ref())}
        <form class="row" id=form.id() method="post" action=paths::ACCOUNT>
            {others} {all}
            {form.refusal()}
        </form>
    }
    .into_any()
}

fn close_form(notice: Option<&Notice>) -> AnyView {
    let form = Form::new(CLOSE, notice);
    let content = view! {
        {act_surely(
            "close",
            ["Close my account…", "Mein Konto schließen\u{a0}…"],
            [
                "The name and e-mail address of this account are deleted for good, and you are signed out everywhere. Orders stay as they are.",
                "Name und E-Mail-Adresse dieses Kontos werden endgültig gelöscht, und du wirst überall abgemeldet. Bestellungen bleiben, wie sie sind.",
            ],
            ["Close my account for good", "Mein Konto endgültig schließen"],
        )}
    };
    section(
        form,
        ["Close the account", "Konto schließen"],
        content.into_any(),
    )
}

/// What became of a form.
enum Changed {
    Shown(Notice),
    /// The present session has ended for a new one.
    Begun(Box<Begun>),
    SignedOut,
}

pub async fn send(visit: Visit, sent: Sent) -> Response {
    match change(&visit, &sent).await {
        Ok(Changed::Shown(notice)) => visit.lead_to(paths::ACCOUNT, Some(notice)).await,
        Ok(Changed::Begun(begun)) => {
            let notice = Notice::said(Said::Saved);
            visit.begin(&begun, paths::ACCOUNT, Some(notice)).await
        }
        Ok(Changed::SignedOut) => redirect(paths::SIGN_IN),
        Err(error) => {
            let form = match sent.get("act") {
                "name" => NAME,
                "password" => PASSWORD,
                "new-codes" | "codes" => CODES,
                "close" => CLOSE,
                _ => SESSIONS,
            };
            let notice = Notice::refused(form, error).typed(&sent.0);
            let again = async |notice: Notice| account_page(&visit, Some(&notice)).await;
            visit.refuse(paths::ACCOUNT, notice, again).await
        }
    }
}

async fn change(visit: &Visit, sent: &Sent) -> Result<Changed, Error> {
    let authority = visit.authority()?;
    let accounts = &visit.app.accounts;
    let own = visit.standing()?.account;
    let end = async |which| accounts.end_sessions(by(&authority), own, which).await;
    match sent.get("act") {
        "name" => {
            let name = Name::parse(sent.get("name"));
            let name = name.map_err(|error| Error::invalid("name", error))?;
            accounts.change_name(&authority, name).await?;
            Ok(Changed::Shown(Notice::said(Said::Saved)))
        }
        "password" => {
            let (old, new) = (sent.secret("password"), sent.secret("new_password"));
            let end_others = sent.has("end_others");
            let begun = accounts
                .change_password(&authority, old, new, end_others, visit.client())
                .await?;
            Ok(Changed::Begun(Box::new(begun)))
        }
        "new-codes" => {
            let new = accounts.new_factor(&authority).await?;
            let typed = vec![(FACTOR.to_owned(), new.sealed)];
            Ok(Changed::Shown(Notice {
                form: CODES.to_owned(),
                typed,
                ..Notice::default()
            }))
        }
        "codes" => {
            let (code, password) = (sent.secret("code"), sent.secret("password"));
            let codes = accounts
                .set_factor(&authority, sent.get(FACTOR), &code, password)
                .await?;
            let codes = codes.iter().map(shown_once).collect();
            Ok(Changed::Shown(Notice::once(ShownOnce::RecoveryCodes(
                codes,
            ))))
        }
        "end" => {
            let session = sent.get("session").to_owned();
            let is_present = visit.session().as_ref() == Some(&session);
            end(Which::One(session)).await?;
            Ok(match is_present {
                true => Changed::SignedOut,
                false => Changed::Shown(Notice::said(Said::Ended)),
            })
        }
        "end-others" => {
            end(Which::Others(visit.session().unwrap_or_default())).await?;
            Ok(Changed::Shown(Notice::said(Said::Ended)))
        }
        "end-all" => {
            end(Which::All).await?;
            Ok(Changed::SignedOut)
        }
        "close" => {
            accounts.close(by(&authority), own).await?;
            Ok(Changed::SignedOut)
        }
        _ => Err(Error::invalid("act", FieldError::Unknown)),
    }
}
