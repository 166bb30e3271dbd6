//! One identity provider out of the metadata of several.

use chrono::{DateTime, Utc};
use roxmltree::Node;

use super::{MetadataError, SigningCertificate, identity_providers, name, only_identity_provider, parse};
use crate::time;
use crate::tree::collapsed_attribute;
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

/// Until when the metadata of the only identity provider may be used (metadata, sections 2.3.1, 2.3.2 and 2.4.1): it does not
/// outlive what it stands in. Its neighbours in a federation's metadata, and its other roles, may.
///
/// # Errors
/// Where the metadata can't be read, or one of these bounds can't: a limit that nobody understands is not none.
pub fn valid_until(xml: &str) -> Result<Option<DateTime<Utc>>, MetadataError> {
    let document = parse(xml)?;
    let (_, role) = only_identity_provider(document.root_element())?;
    let bounds = role.ancestors().filter_map(|node| collapsed_attribute(node, "validUntil"));
    let read = |text| time::parse_date_time(text).ok_or_else(|| unreadable(text));
    let bounds: Vec<_> = bounds.map(read).collect::<Result<_, _>>()?;
    Ok(bounds.into_iter().min())
}

fn unreadable(text: &str) -> MetadataError {
    MetadataError::ValidUntil(text.chars().take(200).collect())
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
    use crate::tree::METADATA;

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

    /// The end of the entity that comes first in the federation, by an attribute of the element that begins so.
    fn end_of_first(element: &str, end: &str) -> Result<Option<String>, MetadataError> {
        let ended = federation().replacen(element, &format!("{element} validUntil='{end}'"), 1);
        end_of(&ended, 0)
    }

    /// The end of the first or second entity.
    fn end_of(federation: &str, position: usize) -> Result<Option<String>, MetadataError> {
        let Err(MetadataError::NotOneIdentityProvider(names)) = choose(federation, None) else { panic!("not several") };
        let end = valid_until(&choose(federation, Some(&names[position])).unwrap())?;
        Ok(end.map(|end| end.date_naive().to_string()))
    }

    #[test]
    fn the_earliest_end_counts() {
        assert_eq!(end_of(&federation(), 0).unwrap().unwrap(), "2030-01-01");
        for element in ["<md:EntitiesDescriptor Name='inner'", "<md:EntityDescriptor", "<md:IDPSSODescriptor"] {
            let end = |end| end_of_first(element, end).unwrap().unwrap();
            assert_eq!(end("2029-01-01T00:00:00Z"), "2029-01-01", "{element}");
            assert_eq!(end("2031-01-01T00:00:00Z"), "2030-01-01", "{element}: nothing outlives what it stands in");
        }
    }

    /// One member of a federation that lets its metadata expire does not take all others down.
    #[test]
    fn the_end_of_a_neighbour_or_of_another_role_does_not_count() {
        let over = "validUntil='2020-01-01T00:00:00Z'";
        let neighbour = federation().replacen("<md:EntityDescriptor", &format!("<md:EntityDescriptor {over}"), 1);
        assert_eq!(end_of(&neighbour, 0).unwrap().unwrap(), "2020-01-01");
        assert_eq!(end_of(&neighbour, 1).unwrap().unwrap(), "2030-01-01");
        let role = format!("<md:SPSSODescriptor {over} protocolSupportEnumeration='x'/><md:IDPSSODescriptor");
        let role = federation().replacen("<md:IDPSSODescriptor", &role, 1);
        assert_eq!(end_of(&role, 0).unwrap().unwrap(), "2030-01-01");
    }

    /// Metadata that are over, with an end that is written in a way of its own, would be good for ever.
    #[test]
    fn an_end_that_can_t_be_read_is_refused() {
        for end in ["", "soon", "2020-01-01", "01.01.2020"] {
            let refused = end_of_first("<md:EntityDescriptor", end).unwrap_err();
            assert_eq!(refused, MetadataError::ValidUntil(end.to_owned()));
        }
        let neighbour = federation().replacen("<md:EntityDescriptor", "<md:EntityDescriptor validUntil='soon'", 1);
        assert_eq!(end_of(&neighbour, 1).unwrap().unwrap(), "2030-01-01", "but it is the neighbour's own trouble");
    }
}
