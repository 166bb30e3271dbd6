//! The query parameters of a request (RFC 7644 §3.4.2 and §3.9). Parameters that SCIM does not know are ignored: Entra
//! appends flags of its own to the base URL.

use actix_web::HttpRequest;
use domain::predicate::Predicate;

use crate::discovery::MAX_RESULTS;
use crate::error::ScimError;
use crate::filter::{Filter, compile};
use crate::projection::Projection;
use crate::schema::ResourceType;

/// How many resources a page has where the client asks for no number.
const DEFAULT_COUNT: i64 = 100;

/// A list as the client asks for it.
#[derive(Debug)]
pub(crate) struct ListQuery {
    /// From 1.
    pub(crate) start_index: i64,
    /// Not more than [`MAX_RESULTS`].
    pub(crate) count: i64,
    pub(crate) predicate: Option<Predicate>,
    pub(crate) tolerated: Vec<String>,
}

impl ListQuery {
    /// Reads the parameters.
    pub(crate) fn read(request: &HttpRequest, resource: &ResourceType) -> Result<Self, ScimError> {
        let parameters = Parameters::of(request);
        if parameters.find("sortBy").is_some() {
            return Err(ScimError::InvalidValue(
                "sortBy is not supported (see /ServiceProviderConfig): leave it out, and sort what you receive.".into(),
            ));
        }
        // §3.4.2.4: a value less than 1 is 1; a negative count is 0.
        let start_index = parameters.integer("startIndex")?.unwrap_or(1).max(1);
        let count = parameters.integer("count")?.unwrap_or(DEFAULT_COUNT).clamp(0, i64::from(MAX_RESULTS));
        let compiled = parameters.find("filter").map(|text| compile(&Filter::parse(text)?, resource)).transpose()?;
        let (predicate, tolerated) = compiled.map(|c| (c.predicate, c.tolerated)).unzip();
        Ok(Self { start_index, count, predicate, tolerated: tolerated.unwrap_or_default() })
    }
}

/// What part of a resource the client wants.
pub(crate) fn projection(request: &HttpRequest, resource: &ResourceType) -> Projection {
    let parameters = Parameters::of(request);
    Projection::from_query(parameters.find("attributes"), parameters.find("excludedAttributes"), resource)
}

/// Whether a filter was sent.
pub(crate) fn has_filter(request: &HttpRequest) -> bool {
    Parameters::of(request).find("filter").is_some()
}

struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(request: &HttpRequest) -> Self {
        Self(url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect())
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn integer(&self, name: &str) -> Result<Option<i64>, ScimError> {
        let parse = |text: &str| {
            text.trim()
                .parse::<i64>()
                .map_err(|_| ScimError::InvalidValue(format!("{name} must be an integer, such as {name}=1.")))
        };
        self.find(name).map(parse).transpose()
    }
}
