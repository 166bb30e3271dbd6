//! The one place of foreign calls: libxml2's exclusive canonicalisation, for which no crate has a safe function.
//!
//! Canonical form is what signatures are over. libxml2 has written it for xmlsec, and so for most of the world's SAML, for
//! two decades; a canonicaliser of our own would only be a new way to disagree with it.

use std::cell::RefCell;
use std::ffi::{CString, c_int, c_void};
use std::marker::PhantomData;
use std::ptr;
use std::slice;

use libxml::bindings::{
    xmlAllocOutputBuffer, xmlC14NExecute, xmlC14NMode_XML_C14N_EXCLUSIVE_1_0, xmlChar, xmlDocGetRootElement,
    xmlFirstElementChild, xmlFreeNode, xmlInitParser, xmlNextElementSibling, xmlNodePtr, xmlOutputBufferClose,
    xmlOutputBufferGetContent, xmlOutputBufferGetSize, xmlOutputBufferPtr, xmlUnlinkNode,
};
use libxml::parser::{Parser, ParserOptions};
use libxml::tree::Document;

use crate::xml_guard::ExclusiveC14n;

/// A document as libxml2 reads it: strictly, without the network.
pub(crate) struct Tree {
    document: Document,
    /// Elements that were taken out. They are freed with the document, so that no [`Element`] ever dangles.
    taken_out: RefCell<Vec<xmlNodePtr>>,
}

/// An element of a [`Tree`].
#[derive(Clone, Copy)]
pub(crate) struct Element<'t>(xmlNodePtr, PhantomData<&'t Tree>);

/// An output buffer of libxml2, which is freed with it.
struct Output(xmlOutputBufferPtr);

impl Tree {
    /// Reads text that the gate has let through.
    pub(crate) fn parse(xml: &str) -> Option<Self> {
        // SAFETY: idempotent and guarded by a lock of its own; libxml2 wants it before its first use by several threads.
        unsafe { xmlInitParser() };
        silence();
        let options = ParserOptions { recover: false, no_net: true, compact: true, ..ParserOptions::default() };
        let document = Parser::default().parse_string_with_options(xml, options).ok()?;
        Some(Self { document, taken_out: RefCell::default() })
    }

    /// The element to which a path leads: at each step the position among the child elements, from 0.
    pub(crate) fn find(&self, path: &[usize]) -> Option<Element<'_>> {
        // SAFETY: the document lives as long as `self`, and so do the nodes that these functions return; they take and
        // return null pointers for what is not there.
        let found = unsafe {
            path.iter().fold(xmlDocGetRootElement(self.document.doc_ptr()), |parent, position| {
                (0..*position).fold(xmlFirstElementChild(parent), |node, _| xmlNextElementSibling(node))
            })
        };
        (!found.is_null()).then_some(Element(found, PhantomData))
    }

    /// Takes an element out of the document with all that it holds, as the enveloped signature transform does.
    pub(crate) fn take_out(&self, element: Element<'_>) {
        // SAFETY: the node is one of a living document. It keeps its content, and is not freed before the document.
        unsafe { xmlUnlinkNode(element.0) };
        self.taken_out.borrow_mut().push(element.0);
    }

    /// The exclusive canonical form of an element and what it holds; nothing where libxml2 refuses it.
    pub(crate) fn canonical(&self, top: Element<'_>, form: &ExclusiveC14n<'_>) -> Option<String> {
        silence();
        let prefixes: Vec<CString> =
            form.prefixes.iter().map(|&prefix| CString::new(prefix).ok()).collect::<Option<_>>()?;
        let listed = prefixes.iter().map(|prefix| prefix.as_ptr().cast_mut().cast::<xmlChar>());
        let mut listed: Vec<*mut xmlChar> = listed.chain([ptr::null_mut()]).collect();
        let output = Output::new()?;
        let document = self.document.doc_ptr();
        // SAFETY: the document, its nodes, the list of prefixes, which ends with a null pointer, and the buffer outlive the
        // call. libxml2 walks what a document begins with and the siblings behind it, so for the call that is `top` alone;
        // it looks for namespaces among the parents, which stay. No other thread has this document: it is not `Send`.
        let written = unsafe {
            let (whole, behind) = ((*document).children, (*top.0).next);
            (*document).children = top.0;
            (*top.0).next = ptr::null_mut();
            let written = xmlC14NExecute(
                document,
                None,
                ptr::null_mut(),
                xmlC14NMode_XML_C14N_EXCLUSIVE_1_0 as c_int,
                listed.as_mut_ptr(),
                c_int::from(form.comments),
                output.0,
            );
            (*top.0).next = behind;
            (*document).children = whole;
            written
        };
        if written < 0 { None } else { output.text() }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        for node in self.taken_out.take() {
            // SAFETY: the node is in no document, so that nothing else frees it, and its document still lives.
            unsafe { xmlFreeNode(node) };
        }
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
