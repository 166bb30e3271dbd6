//! How the fuzz targets change messages: not only byte by byte, but element by element, so that most of what they try is
//! still XML, and much of it still nearly a response.

mod dictionary;
mod mutation;
mod random;
mod seal;
mod spans;

use std::fs;
use std::path::Path;

pub use mutation::mutate;
pub use seal::with_sealed_assertion;

/// The responses and metadata of the tests.
pub fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures"))
}

/// The contents of all files with this extension in a folder and one level below it, in the order of their names.
pub fn files(folder: &Path, extension: &str) -> Vec<Vec<u8>> {
    let entries = |folder: &Path| -> Vec<_> {
        let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        read.map(|entry| entry.unwrap().path()).collect()
    };
    let below = entries(folder).into_iter().flat_map(|path| if path.is_dir() { entries(&path) } else { vec![path] });
    let mut paths: Vec<_> = below.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}
