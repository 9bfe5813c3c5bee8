//! `doctor` on the file of an embedded store.

use crate::support::{Market, Store, doctor::of_folder};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;

/// A market in a file, with something in it, and nobody at it.
async fn kept() -> (Arc<TempDir>, PathBuf) {
    let market = Market::embedded();
    let mut instance = market.open().await;
    instance.order_in("preparing").await;
    instance.kill();
    let Store::Embedded(folder) = market.store else {
        unreachable!()
    };
    let file = folder.path().join("market.redb");
    (folder, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_does_not_change_the_file() {
    let (folder, file) = kept().await;
    let (bytes, beside) = (
        fs::read(&file).unwrap(),
        fs::read_dir(folder.path()).unwrap().count(),
    );
    let report = of_folder(folder.path()).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("integrity", "ok", &["sound, up to event 4"]);
    report.says("schema", "ok", &["version 4"]);
    assert!(
        report.check("space")["data"]["free_bytes"]
            .as_u64()
            .unwrap()
            > 0
    );
    assert!(fs::read(&file).unwrap() == bytes);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), beside);

    let new = folder.path().join("not/yet/there");
    let report = of_folder(&new).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("file", "ok", &["made at the first start"]);
    assert!(!folder.path().join("not").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_named() {
    for folder in ["/proc", "/dev/null/nowhere"] {
        let report = of_folder(Path::new(folder)).await;
        report.says("folder", "error", &["cannot be written", "DATA_DIR"]);
        report.says("integrity", "skipped", &["folder"]);
        assert_eq!(report.exit, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_named() {
    let (folder, file) = kept().await;
    let whole = fs::read(&file).unwrap();
    let mut bitten = whole.clone();
    let word = b"Diavola";
    for at in 0..bitten.len() - word.len() {
        if bitten[at..].starts_with(word) {
            bitten[at] = b'd';
        }
    }
    assert!(bitten != whole);
    for damage in [b"not a store".to_vec(), vec![0; 100_000], bitten] {
        fs::write(&file, &damage).unwrap();
        let report = of_folder(folder.path()).await;
        report.names("integrity", &["market.redb is damaged", "market.end"]);
        assert!(fs::read(&file).unwrap() == damage);
    }
    fs::write(&file, "").unwrap();
    let report = of_folder(folder.path()).await;
    report.names("file", &["it is empty", "pizza-market restore"]);
}
