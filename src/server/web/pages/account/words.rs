//! What accounts are called.

use crate::{
    domain::{AccountKind, AccountRole, AccountState, Time, Zone},
    server::services::accounts::AccountEvent,
    ui::i18n::{format, locale::Text},
};

pub fn kind(kind: AccountKind) -> Text {
    match kind {
        AccountKind::Admin => ["Admin", "Verwaltung"],
        AccountKind::Dispatcher => ["Dispatcher", "Disposition"],
        AccountKind::Manager => ["Kitchen manager", "Küchenleitung"],
        AccountKind::Device => ["Kitchen device", "Küchengerät"],
        AccountKind::Staff => ["Kitchen staff", "Küchenteam"],
        AccountKind::Driver => ["Driver", "Fahrer"],
        AccountKind::Customer => ["Customer", "Kunde"],
        AccountKind::Guest => ["Guest", "Gast"],
        AccountKind::Integration => ["Program", "Programm"],
    }
}

pub fn role(role: AccountRole) -> Text {
    match role {
        AccountRole::Supplier => ["one kitchen", "eine Küche"],
        AccountRole::Customer => ["customer", "Kunde"],
        AccountRole::Dispatch => ["dispatch", "Auslieferung"],
        AccountRole::Driver => ["one driver", "ein Fahrer"],
        AccountRole::Admin => ["admin", "Verwaltung"],
        AccountRole::Integrator => ["the whole market", "der ganze Markt"],
    }
}

pub fn state(state: AccountState) -> Text {
    match state {
        AccountState::Invited => ["Invited", "Eingeladen"],
        AccountState::Active => ["Active", "Aktiv"],
        AccountState::Disabled => ["Disabled", "Gesperrt"],
        AccountState::Closed => ["Closed", "Geschlossen"],
    }
}

/// What follows for an account that is signed out.
pub fn after_sign_out(kind: AccountKind) -> Text {
    match kind {
        AccountKind::Device => [
            "This tablet is signed out. To sign in again, it needs a new code from its manager.",
            "Dieses Tablet wird abgemeldet. Danach braucht es einen neuen Code von der Küchenleitung.",
        ],
        AccountKind::Driver => [
            "This phone is signed out. To sign in again, it needs a new link from dispatch.",
            "Dieses Telefon wird abgemeldet. Danach braucht es einen neuen Link von der Auslieferung.",
        ],
        _ => [
            "You are signed out everywhere, here too.",
            "Du wirst überall abgemeldet, auch hier.",
        ],
    }
}

/// `14:05`, `3 May, 14:05`, in the reader's time zone.
pub fn day_and_clock(time: Time, now: Time, zone: Option<&Zone>) -> String {
    format::day_and_clock(time, format::day(now, zone), zone)
}

/// What has happened to an account, as its history says it.
pub fn event(event: AccountEvent) -> Text {
    use AccountEvent::*;
    match event {
        Invited => ["Invited", "Eingeladen"],
        Joined => ["Joined", "Beigetreten"],
        SignedUp => ["Signed up", "Registriert"],
        SignUpTried => [
            "Somebody tried to sign up with this address",
            "Jemand wollte sich mit dieser Adresse registrieren",
        ],
        SignedIn => ["Signed in", "Angemeldet"],
        SignedOut => ["Signed out", "Abgemeldet"],
        RecoveryUsed => ["A recovery code was used", "Ein Notfallcode wurde benutzt"],
        SessionEnded => ["A session was ended", "Eine Sitzung wurde beendet"],
        SessionsEnded => ["Sessions were ended", "Sitzungen wurden beendet"],
        Disabled => ["Disabled", "Gesperrt"],
        Enabled => ["Enabled", "Entsperrt"],
        Closed => ["Closed", "Geschlossen"],
        Changed => ["Changed", "Geändert"],
        PasswordChanged => ["The password was changed", "Das Passwort wurde geändert"],
        PinChanged => ["The PIN was changed", "Die PIN wurde geändert"],
        Reset => [
            "A link to join again was made",
            "Ein Link zum erneuten Beitreten wurde gemacht",
        ],
        FactorsReset => ["The codes were taken away", "Die Codes wurden entfernt"],
        FactorsSet => ["Codes were set up", "Codes wurden eingerichtet"],
        KeyMade => ["A key was made", "Ein Schlüssel wurde gemacht"],
        KeyEnded => ["A key was ended", "Ein Schlüssel wurde beendet"],
        PairingBegun => [
            "A pairing code was shown",
            "Ein Verbindungscode wurde angezeigt",
        ],
        Paired => ["Paired", "Verbunden"],
        HandedOver => ["Handed over", "Übernommen"],
        RefreshReplayed => [
            "A used refresh token came again: its session was ended",
            "Ein benutztes Refresh-Token kam noch einmal: Seine Sitzung wurde beendet",
        ],
    }
}
