//! The sources as a test sees them: files, modules, the paths that a file names, and where those lead.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

/// A path as segments, without generics: `crate::domain::Error` is `["crate", "domain", "Error"]`.
pub type Segments = Vec<String>;

pub struct Function {
    pub name: String,
    pub lines: usize,
}

/// One source file, without its tests.
pub struct Source {
    /// From the repository's root, as `src/domain/error.rs`.
    pub file: String,
    /// As `["domain", "error"]`.
    pub module: Segments,
    /// What the file's own code names: `crate::…`, `self::…`, `super::…` and its children.
    pub named: Vec<Segments>,
    /// The modules that it declares.
    children: BTreeSet<String>,
    /// What its `use` declarations bring in, by name: `*` has several.
    uses: Vec<(String, Segments)>,
    pub functions: Vec<Function>,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// All files below a folder whose names end so, with their contents.
pub fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.to_string_lossy().ends_with(ending) => {
                    found.push((path.clone(), fs::read_to_string(&path).unwrap()))
                }
                false => {}
            }
        }
    }
    assert!(!found.is_empty());
    found.sort();
    found
}

/// The path of a file from the repository's root.
pub fn name(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap();
    path.to_string_lossy().into_owned()
}

pub fn sources() -> Vec<Source> {
    let files = files("src", ".rs");
    files
        .iter()
        .map(|(path, text)| Source::read(name(path), text))
        .collect()
}

impl Source {
    fn read(file: String, text: &str) -> Source {
        let tokens = TokenStream::from_str(text).unwrap();
        let mut source = Source {
            module: module(&file),
            file,
            named: Vec::new(),
            children: BTreeSet::new(),
            uses: Vec::new(),
            functions: Vec::new(),
        };
        source.walk(&tokens.into_iter().collect::<Vec<_>>());
        source
    }

    fn walk(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        while at < tokens.len() {
            let next = word(&tokens[at]);
            at = match next.as_deref() {
                _ if is_test(&tokens[at..]) => at + after_block(&tokens[at..]),
                Some("use") => {
                    let public = at > 0 && is_public(&tokens[..at]);
                    at + self.import(&tokens[at + 1..], public)
                }
                Some("fn") => {
                    self.function(&tokens[at..]);
                    at + 1
                }
                Some("mod") => {
                    self.children.extend(tokens.get(at + 1).and_then(word));
                    at + 2
                }
                Some(name)
                    if (is_root(name) || self.children.contains(name)) && goes_on(tokens, at) =>
                {
                    let mut found = Vec::new();
                    let read = path(&tokens[at..], Vec::new(), &mut found);
                    self.named.extend(found);
                    at + read.max(1)
                }
                _ => {
                    if let TokenTree::Group(group) = &tokens[at] {
                        self.walk(&group.stream().into_iter().collect::<Vec<_>>());
                    }
                    at + 1
                }
            };
        }
    }

    /// A `use` declaration. What it passes on with `pub` alone is no import of its own.
    fn import(&mut self, tokens: &[TokenTree], public: bool) -> usize {
        let mut found = Vec::new();
        let read = path(tokens, Vec::new(), &mut found);
        for path in found {
            let last = path.last().cloned().unwrap_or_default();
            self.uses.push((last, path.clone()));
            if !public {
                self.named.push(path);
            }
        }
        read + 1
    }

    fn function(&mut self, tokens: &[TokenTree]) {
        let Some(name) = tokens.get(1).and_then(word) else {
            return;
        };
        let body = tokens.iter().find(|token| match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        });
        if let Some(TokenTree::Group(body)) = body {
            let (first, last) = (tokens[0].span().start().line, body.span_close().end().line);
            let lines = last - first + 1;
            self.functions.push(Function { name, lines });
        }
    }
}

/// Whether the path that begins here has a second segment.
fn goes_on(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(colon)) if colon.as_char() == ':');
    colon(at + 1) && colon(at + 2)
}

/// Whether a path that begins so is one of this crate's.
fn is_root(word: &str) -> bool {
    ["crate", "self", "super"].contains(&word)
}

/// `src/server/web/mod.rs` is `["server", "web"]`.
fn module(file: &str) -> Segments {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    let path = path.trim_end_matches("/mod");
    let segments = path.split('/').map(str::to_owned);
    segments
        .filter(|part| part != "main" && part != "lib")
        .collect()
}

fn word(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

fn is_public(before: &[TokenTree]) -> bool {
    match before.last() {
        Some(TokenTree::Ident(ident)) => ident == "pub",
        // `pub(crate)`, `pub(super)`.
        Some(TokenTree::Group(group)) => {
            group.delimiter() == Delimiter::Parenthesis
                && before.len() > 1
                && word(&before[before.len() - 2]).as_deref() == Some("pub")
        }
        _ => false,
    }
}

/// Whether an item for tests alone begins here: `#[cfg(test)]`.
fn is_test(tokens: &[TokenTree]) -> bool {
    let [TokenTree::Punct(punct), TokenTree::Group(group), ..] = tokens else {
        return false;
    };
    punct.as_char() == '#' && group.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// How many tokens an item has that ends with a block or a semicolon.
fn after_block(tokens: &[TokenTree]) -> usize {
    let end = tokens.iter().position(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    });
    end.map_or(tokens.len(), |end| end + 1)
}

/// Reads a path, or a tree of them in braces; how many tokens it has.
fn path(tokens: &[TokenTree], mut so_far: Segments, found: &mut Vec<Segments>) -> usize {
    let mut at = 0;
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => so_far.push(ident.to_string()),
            Some(TokenTree::Punct(star)) if star.as_char() == '*' && !so_far.is_empty() => {
                so_far.push("*".to_owned())
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let parts = inner.split(
                    |token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ','),
                );
                for part in parts.filter(|part| !part.is_empty()) {
                    path(part, so_far.clone(), found);
                }
                return at + 1;
            }
            _ => break,
        }
        at += 1;
        let colons = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(colon)) if colon.as_char() == ':');
        if !(colons(at) && colons(at + 1)) {
            break;
        }
        at += 2;
    }
    if so_far.last().is_some_and(|last| last == "self") && so_far.len() > 1 {
        so_far.pop();
    }
    if !so_far.is_empty() {
        found.push(so_far);
    }
    at
}

/// All sources, and where the paths in them lead.
pub struct Tree {
    pub sources: Vec<Source>,
    by_module: BTreeMap<Segments, usize>,
}

impl Tree {
    pub fn read() -> Tree {
        let sources: Vec<_> = sources()
            .into_iter()
            .filter(|source| source.file != "src/lib.rs")
            .collect();
        let by_module = sources
            .iter()
            .enumerate()
            .map(|(n, source)| (source.module.clone(), n))
            .collect();
        Tree { sources, by_module }
    }

    /// The files that a file needs: those in which what it names is defined.
    pub fn needs(&self, source: &Source) -> BTreeSet<&str> {
        let paths = source.named.iter();
        let targets = paths.filter_map(|path| self.target(&source.module, path, 8));
        targets
            .map(|target| &*self.sources[target].file)
            // The crate's root only declares its children.
            .filter(|file| *file != source.file && *file != "src/main.rs")
            .collect()
    }

    fn target(&self, from: &Segments, path: &Segments, depth: usize) -> Option<usize> {
        let path = self.absolute(from, path)?;
        let known = (0..=path.len())
            .rev()
            .find_map(|n| Some((n, *self.by_module.get(&path[..n])?)))?;
        let (n, module) = known;
        let source = &self.sources[module];
        let Some(item) = path.get(n).filter(|_| depth > 0) else {
            return Some(module);
        };
        let named = source.uses.iter().filter(|(name, _)| name == item);
        let globs = source.uses.iter().filter(|(name, _)| name == "*");
        let passed_on = named
            .map(|(_, path)| path.clone())
            .chain(globs.map(|(_, path)| {
                let mut path = path[..path.len() - 1].to_vec();
                path.push(item.clone());
                path
            }));
        let mut further =
            passed_on.filter_map(|path| self.target(&source.module, &path, depth - 1));
        Some(further.next().unwrap_or(module))
    }

    /// A path from the crate's root, if it is one of this crate's.
    fn absolute(&self, from: &Segments, path: &Segments) -> Option<Segments> {
        let (first, rest) = path.split_first()?;
        let mut base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.clone(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            child => {
                let mut base = from.clone();
                base.push(child.to_owned());
                self.by_module.contains_key(&base).then_some(base)?
            }
        };
        for (n, segment) in rest.iter().enumerate() {
            match segment.as_str() {
                "super" => {
                    base.pop()?;
                }
                _ => {
                    base.extend_from_slice(&rest[n..]);
                    break;
                }
            }
        }
        Some(base)
    }
}
