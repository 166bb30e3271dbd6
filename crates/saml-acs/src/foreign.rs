//! The one place of foreign calls: libxml2's exclusive canonicalisation, which no crate offers with a choice of what is
//! visible.
//!
//! Canonical form is what signatures are over. libxml2 has written it for xmlsec, and so for most of the world's SAML, for
//! two decades; a canonicaliser of our own would only be a new way to disagree with it.

use std::ffi::{CString, c_int, c_void};
use std::ptr;
use std::slice;

use libxml::bindings::{
    xmlAllocOutputBuffer, xmlC14NExecute, xmlC14NMode_XML_C14N_EXCLUSIVE_1_0, xmlChar, xmlDocGetRootElement,
    xmlElementType_XML_ATTRIBUTE_NODE, xmlElementType_XML_NAMESPACE_DECL, xmlFirstElementChild, xmlInitParser,
    xmlNextElementSibling, xmlNodePtr, xmlOutputBufferClose, xmlOutputBufferGetContent, xmlOutputBufferGetSize,
    xmlOutputBufferPtr,
};
use libxml::parser::{Parser, ParserOptions};
use libxml::tree::Document;

use crate::xml_guard::ExclusiveC14n;

/// A document as libxml2 reads it: strictly, without the network.
pub(crate) struct Tree(Document);

/// What of a document is canonicalised, and how. A path leads from the root by the positions of child elements.
pub(crate) struct Part<'a> {
    /// The element that is written, with all that it holds.
    pub(crate) top: &'a [usize],
    /// What is left out of it.
    pub(crate) without: Option<&'a [usize]>,
    /// The parameters.
    pub(crate) form: &'a ExclusiveC14n<'a>,
}

/// The same as libxml2 knows it.
struct Selection {
    top: xmlNodePtr,
    without: xmlNodePtr,
}

/// An output buffer of libxml2, which is freed with it.
struct Output(xmlOutputBufferPtr);

impl Tree {
    /// Reads text that the gate has let through.
    pub(crate) fn parse(xml: &str) -> Option<Self> {
        // SAFETY: idempotent and guarded by a lock of its own; libxml2 wants it before its first use by several threads.
        unsafe { xmlInitParser() };
        silence();
        let options = ParserOptions { recover: false, no_net: true, compact: true, ..ParserOptions::default() };
        Parser::default().parse_string_with_options(xml, options).ok().map(Self)
    }

    /// The canonical form of a part; nothing where there is no such part, or libxml2 refuses it.
    pub(crate) fn canonical(&self, part: &Part<'_>) -> Option<String> {
        silence();
        let without = part.without.map_or(Some(ptr::null_mut()), |path| self.find(path))?;
        let selection = Selection { top: self.find(part.top)?, without };
        let prefixes: Vec<CString> =
            part.form.prefixes.iter().map(|&prefix| CString::new(prefix).ok()).collect::<Option<_>>()?;
        let listed = prefixes.iter().map(|prefix| prefix.as_ptr().cast_mut().cast::<xmlChar>());
        let mut listed: Vec<*mut xmlChar> = listed.chain([ptr::null_mut()]).collect();
        let output = Output::new()?;
        // SAFETY: the document and its nodes live as long as `self`. `selection`, the list of prefixes, which ends with a
        // null pointer, and the buffer outlive the call. `is_visible` reads the selection and nodes of this document only.
        let written = unsafe {
            xmlC14NExecute(
                self.0.doc_ptr(),
                Some(is_visible),
                ptr::from_ref(&selection).cast_mut().cast(),
                xmlC14NMode_XML_C14N_EXCLUSIVE_1_0 as c_int,
                listed.as_mut_ptr(),
                c_int::from(part.form.comments),
                output.0,
            )
        };
        if written < 0 { None } else { output.text() }
    }

    fn find(&self, path: &[usize]) -> Option<xmlNodePtr> {
        // SAFETY: the document lives as long as `self`, and so do the nodes that these functions return; they take and
        // return null pointers for what is not there.
        let found = unsafe {
            path.iter().fold(xmlDocGetRootElement(self.0.doc_ptr()), |parent, position| {
                (0..*position).fold(xmlFirstElementChild(parent), |node, _| xmlNextElementSibling(node))
            })
        };
        (!found.is_null()).then_some(found)
    }
}

impl Output {
    fn new() -> Option<Self> {
        // SAFETY: without an encoder the buffer keeps UTF-8, and belongs to the caller.
        let buffer = unsafe { xmlAllocOutputBuffer(ptr::null_mut()) };
        (!buffer.is_null()).then_some(Self(buffer))
    }

    fn text(&self) -> Option<String> {
        // SAFETY: content and size are those of one buffer, which nobody writes to meanwhile.
        let bytes = unsafe {
            let content = xmlOutputBufferGetContent(self.0);
            if content.is_null() {
                return None;
            }
            slice::from_raw_parts(content, xmlOutputBufferGetSize(self.0))
        };
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // SAFETY: the buffer is ours and is not used again.
        unsafe { xmlOutputBufferClose(self.0) };
    }
}

/// Whether a node is written: it is `top` or below it, and neither `without` nor below that. What an element declares and
/// its attributes go with the element.
unsafe extern "C" fn is_visible(selection: *mut c_void, node: xmlNodePtr, parent: xmlNodePtr) -> c_int {
    // SAFETY: libxml2 passes on the selection that `canonical` gave it, and nodes of its document with their parents. A
    // namespace declaration is another structure, whose type lies where a node's does; only that is read of it.
    unsafe {
        let selection = &*selection.cast::<Selection>();
        let belongs = [xmlElementType_XML_ATTRIBUTE_NODE, xmlElementType_XML_NAMESPACE_DECL].contains(&(*node).type_);
        let mut at = if belongs { parent } else { node };
        while !at.is_null() && at != selection.without {
            if at == selection.top {
                return 1;
            }
            at = (*at).parent;
        }
        0
    }
}

/// libxml2 prints a line on standard error for every document that it refuses. Whoever can post to the assertion consumer
/// service could so fill the log with text of their own; the refusal itself is audited anyway. Handlers are kept per thread,
/// and setting one is cheap.
fn silence() {
    // SAFETY: the function only stores its arguments in variables of the calling thread. `ignore` lives for ever and reads
    // neither of its pointers.
    unsafe { xmlSetStructuredErrorFunc(ptr::null_mut(), Some(ignore)) };
}

/// Stops xmlsec from printing in this process: tests ask it for a second opinion.
#[cfg(test)]
pub(crate) fn silence_xmlsec() {
    // SAFETY: the function only sets an `int`.
    unsafe { xmlSecErrorsDefaultCallbackEnableOutput(0) };
}

extern "C" fn ignore(_context: *mut c_void, _error: *mut c_void) {}

// As libxml/xmlerror.h declares it; the binding has a handler of Rust's own calling convention.
unsafe extern "C" {
    fn xmlSetStructuredErrorFunc(context: *mut c_void, handler: Option<extern "C" fn(*mut c_void, *mut c_void)>);
    #[cfg(test)]
    fn xmlSecErrorsDefaultCallbackEnableOutput(enabled: c_int);
}
