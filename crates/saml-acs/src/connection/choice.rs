//! One identity provider out of the metadata of several.

use chrono::{DateTime, Utc};
use roxmltree::Node;

use super::{MetadataError, SigningCertificate, identity_providers, name, parse};
use crate::time;
use crate::tree::{METADATA, collapsed_attribute};
use crate::verify::signed_metadata;

/// The metadata of one identity provider alone: the one that is named, else the only one. Around it stays what declares its
/// namespaces.
///
/// # Errors
/// Where there is none of that name, or none is named and there are several; both say which there are.
pub fn choose(xml: &str, entity_id: Option<&str>) -> Result<String, MetadataError> {
    let document = parse(xml)?;
    let found = identity_providers(document.root_element())?;
    let named = |(entity, _): &&(Node<'_, '_>, _)| {
        entity_id.is_none_or(|id| collapsed_attribute(*entity, "entityID") == Some(id))
    };
    let mut chosen = found.iter().filter(named);
    let all = || found.iter().map(|(entity, _)| name(*entity)).collect();
    match (chosen.next(), chosen.next(), entity_id) {
        (Some((entity, _)), None, _) => Ok(alone(xml, *entity)),
        (None, _, Some(id)) => Err(MetadataError::NotThisIdentityProvider(id.to_owned(), all())),
        _ => Err(MetadataError::NotOneIdentityProvider(all())),
    }
}

/// The metadata as far as a certificate has signed it (section 3), where it has to be signed.
///
/// # Errors
/// Where it is not signed, or not by this certificate.
pub fn signed_by(xml: &str, certificate: &SigningCertificate) -> Result<String, MetadataError> {
    signed_metadata(xml, certificate).map_err(|error| MetadataError::Signature(error.to_string()))
}

/// Until when the metadata may be used (metadata, section 2.3.1): no element outlives those around it.
///
/// # Errors
/// Where the metadata can't be read.
pub fn valid_until(xml: &str) -> Result<Option<DateTime<Utc>>, MetadataError> {
    let document = parse(xml)?;
    let bounds = document.descendants().filter(|node| node.tag_name().namespace() == Some(METADATA));
    let bounds = bounds.filter_map(|node| collapsed_attribute(node, "validUntil"));
    Ok(bounds.filter_map(time::parse_date_time).min())
}

/// The text of the entity within the tags of what it stands in, without its siblings.
fn alone(xml: &str, entity: Node<'_, '_>) -> String {
    let around: Vec<Node<'_, '_>> = entity.ancestors().skip(1).filter(Node::is_element).collect();
    let opening = around.iter().rev().map(|node| opening_tag(xml, *node));
    let closing = around.iter().map(|node| format!("</{}>", qualified_name(xml, *node)));
    let entity = std::iter::once(xml.get(entity.range()).unwrap_or_default().to_owned());
    opening.map(str::to_owned).chain(entity).chain(closing).collect()
}

fn opening_tag<'x>(xml: &'x str, node: Node<'_, '_>) -> &'x str {
    let end = node.first_child().map_or(node.range().end, |child| child.range().start);
    xml.get(node.range().start..end).unwrap_or_default()
}

fn qualified_name<'x>(xml: &'x str, node: Node<'_, '_>) -> &'x str {
    let tag = opening_tag(xml, node).trim_start_matches('<');
    tag.split(|c: char| c.is_ascii_whitespace() || c == '>').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::IdentityProvider;

    /// A federation's metadata: the one identity provider of the fixtures, twice, between service providers.
    fn federation() -> String {
        let one = include_str!("../../tests/fixtures/metadata/okta.xml");
        let one = one.find("?>").map_or(one, |end| &one[end + 2..]).trim();
        let other = one.replace("entityID=\"", "entityID=\"https://other.test/");
        format!(
            "<md:EntitiesDescriptor xmlns:md='{METADATA}' validUntil='2030-01-01T00:00:00Z'> <!-- all -->\n\
             <md:EntitiesDescriptor Name='inner'>{one}{other}</md:EntitiesDescriptor></md:EntitiesDescriptor>"
        )
    }

    #[test]
    fn the_named_one_is_taken_out_and_can_be_read_alone() {
        let federation = federation();
        let named = match choose(&federation, None) {
            Err(MetadataError::NotOneIdentityProvider(names)) => names,
            other => panic!("{other:?}"),
        };
        assert_eq!(named.len(), 2);
        for name in named {
            let alone = choose(&federation, Some(&name)).unwrap();
            assert_eq!(IdentityProvider::from_metadata(&alone).unwrap().entity_id(), name);
            assert_eq!(choose(&alone, None).unwrap(), alone, "choosing again changes nothing");
        }
        let unknown = choose(&federation, Some("https://nobody.test")).unwrap_err().to_string();
        assert!(
            unknown.contains("no identity provider https://nobody.test (") && unknown.contains("other.test"),
            "{unknown}"
        );
    }

    #[test]
    fn the_earliest_end_counts() {
        let federation = federation();
        assert_eq!(valid_until(&federation).unwrap().unwrap().to_rfc3339(), "2030-01-01T00:00:00+00:00");
        let earlier =
            federation.replacen("<md:EntityDescriptor", "<md:EntityDescriptor validUntil='2029-01-01T00:00:00Z'", 1);
        assert_eq!(valid_until(&earlier).unwrap().unwrap().to_rfc3339(), "2029-01-01T00:00:00+00:00");
    }
}
