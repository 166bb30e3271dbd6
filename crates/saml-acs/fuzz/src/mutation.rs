//! One change of a message for each call of the fuzzer.

use std::ops::Range;

use libfuzzer_sys::fuzzer_mutate;

use crate::dictionary::{BEGINNINGS, DONORS, PIECES, VALUES, WRAPPERS};
use crate::random::Random;
use crate::spans::{Element, attributes, elements, texts};

/// Changes `data[..size]` in place and returns its new size. A quarter of the changes are libFuzzer's own, of bytes; where
/// the message is no text, or grows too long, all of them.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random::new(seed);
    let text = str::from_utf8(&data[..size]).ok().filter(|text| !text.trim().is_empty());
    let changed = match text {
        Some(text) if random.below(4) > 0 => structured(text, &mut random),
        None if random.below(4) > 0 => random.choose(&DONORS).cloned().map(String::into_bytes),
        _ => None,
    };
    match changed.filter(|changed| changed.len() <= max_size.min(data.len())) {
        Some(changed) => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
}

/// One to three changes that know what an element is.
fn structured(text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let mut text = text.to_owned();
    for _ in 0..=random.below(3) {
        text = changed(&text, random)?;
    }
    Some(if random.below(100) == 0 { utf_16(&text) } else { text.into_bytes() })
}

fn changed(text: &str, random: &mut Random) -> Option<String> {
    match random.below(14) {
        0 => element(text, random).map(|found| replaced(text, found.whole, "")),
        1 => element(text, random).map(|found| text_inserted(text, found.whole.end, &text[found.whole])),
        2 => moved(text, random),
        3 => spliced(text, random),
        4 => wrapped(text, random),
        5 => element(text, random).map(|found| replaced(text, found.whole, &text[found.content])),
        6 | 7 => value_changed(text, random),
        8 => attribute_elsewhere(text, random),
        9 | 10 => content_changed(text, random),
        11 => renamed(text, random),
        12 => piece_in_tag(text, random),
        _ => Some(format!("{}{text}", random.choose(&BEGINNINGS)?)),
    }
}

fn element(text: &str, random: &mut Random) -> Option<Element> {
    random.choose(&elements(text)).cloned()
}

/// Takes an element away, or copies it, and puts it to the beginning or end of another one's content.
fn moved(text: &str, random: &mut Random) -> Option<String> {
    let from = element(text, random)?;
    let moving = text[from.whole.clone()].to_owned();
    let rest = if random.below(2) == 0 { replaced(text, from.whole, "") } else { text.to_owned() };
    let to = element(&rest, random)?;
    let at = if random.below(2) == 0 { to.content.start } else { to.content.end };
    Some(text_inserted(&rest, at, &moving))
}

/// Puts an element of a fixture in the place of one of the same name, or behind any.
fn spliced(text: &str, random: &mut Random) -> Option<String> {
    let donor = random.choose(&DONORS)?;
    let given = element(donor, random)?;
    let local = |text: &str, element: &Element| {
        let name = &text[element.name.clone()];
        name.rsplit(':').next().unwrap_or(name).to_owned()
    };
    let alike: Vec<_> = elements(text).into_iter().filter(|own| local(text, own) == local(donor, &given)).collect();
    match random.choose(&alike) {
        Some(own) if random.below(4) > 0 => Some(replaced(text, own.whole.clone(), &donor[given.whole])),
        _ => element(text, random).map(|own| text_inserted(text, own.whole.end, &donor[given.whole])),
    }
}

fn wrapped(text: &str, random: &mut Random) -> Option<String> {
    let found = element(text, random)?;
    let wrapper = random.choose(&WRAPPERS)?;
    let inner = &text[found.whole.clone()];
    Some(replaced(text, found.whole, &format!("<{wrapper}>{inner}</{wrapper}>")))
}

fn value_changed(text: &str, random: &mut Random) -> Option<String> {
    let found = element(text, random)?;
    let attribute = random.choose(&attributes(text, &found.start_tag))?.clone();
    let value = &text[attribute.value.clone()];
    let new = match random.below(4) {
        0 => format!("{value}{}", random.choose(&VALUES)?),
        1 => format!(" {value}"),
        _ => random.choose(&VALUES)?.clone(),
    };
    Some(replaced(text, attribute.value, &new))
}

fn attribute_elsewhere(text: &str, random: &mut Random) -> Option<String> {
    let found = element(text, random)?;
    let attribute = random.choose(&attributes(text, &found.start_tag))?.clone();
    match random.below(4) {
        0 => Some(replaced(text, attribute.whole, "")),
        1 => Some(text_inserted(text, attribute.whole.end, &text[attribute.whole])),
        2 => {
            let name = &text[attribute.name.clone()];
            let others =
                [name.to_lowercase(), format!("xmlns:x=\"urn:x\" x:{name}"), "ID".into(), format!("xml:{name}")];
            Some(replaced(text, attribute.name, random.choose(&others)?))
        }
        _ => {
            let other = element(text, random)?;
            Some(text_inserted(text, other.name.end, &text[attribute.whole]))
        }
    }
}

fn content_changed(text: &str, random: &mut Random) -> Option<String> {
    let found = random.choose(&texts(text))?.clone();
    let content = &text[found.clone()];
    let piece = random.choose(&PIECES)?;
    let cut = (0..=random.below(content.len() + 1)).rev().find(|at| content.is_char_boundary(*at))?;
    Some(match random.below(4) {
        0 => replaced(text, found, piece),
        1 => replaced(text, found, &format!("<![CDATA[{content}]]>")),
        2 => {
            let referred = content.chars().next().map(|first| format!("&#{};", u32::from(first)))?;
            replaced(text, found.start..found.start + content.chars().next()?.len_utf8(), &referred)
        }
        _ => text_inserted(text, found.start + cut, piece),
    })
}

/// Gives an element another prefix, case, or a fixture's name.
fn renamed(text: &str, random: &mut Random) -> Option<String> {
    let found = element(text, random)?;
    let name = &text[found.name.clone()];
    let local = name.rsplit(':').next().unwrap_or(name);
    let donor = random.choose(&DONORS)?;
    let new = match random.below(4) {
        0 => local.to_owned(),
        1 => format!("saml2:{local}"),
        2 => name.to_lowercase(),
        _ => donor[element(donor, random)?.name].to_owned(),
    };
    let whole = text[found.whole.clone()].replacen(name, &new, 1);
    let end = format!("</{name}>");
    let renamed = match whole.rfind(&end) {
        Some(at) => replaced(&whole, at..at + end.len(), &format!("</{new}>")),
        None => whole,
    };
    Some(replaced(text, found.whole, &renamed))
}

fn piece_in_tag(text: &str, random: &mut Random) -> Option<String> {
    let found = element(text, random)?;
    Some(text_inserted(text, found.name.end, random.choose(&PIECES)?))
}

fn replaced(text: &str, range: Range<usize>, new: &str) -> String {
    [&text[..range.start], new, &text[range.end..]].concat()
}

fn text_inserted(text: &str, at: usize, new: &str) -> String {
    replaced(text, at..at, new)
}

fn utf_16(text: &str) -> Vec<u8> {
    let marked = format!("\u{feff}{}", text.trim_start_matches('\u{feff}'));
    marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
