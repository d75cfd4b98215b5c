// A mail as it leaves us (RFC 5322), and what stands in its headers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace ticketd::mail {

struct Attachment {
  std::string name;
  std::string type;  // as Content-Type has it
  std::string content;
};

// All text is UTF-8.
struct Mail {
  std::string id;       // the same mail once more has the same; no two mails have
  std::string address;  // of the recipient
  std::string subject;
  std::string text;  // lines end in \n
  std::string html;
  std::vector<Attachment> attachments;
  Time at;                       // of what it tells
  std::string unsubscribe = {};  // the URL by which whoever gets it gets no more like it; empty: none
};

struct Sender {
  std::string address;
  std::string name;  // may be empty
};

// May it stand between < and > of an SMTP command and of a header (RFC 5321, 4.1.2, without quoted strings)? One @ with
// something on both sides, no space, no bracket, nothing that cannot be seen. Letters of any script are taken: RFC
// 6531.
bool is_address(std::string_view text);

// Text as it stands in a header: as it is, if that is printable ASCII; or else in encoded words of at most 75
// characters (RFC 2047), on lines of their own. Line ends become spaces: nobody's text begins a header.
std::string header_text(std::string_view text);

// The lines of the header but for those that describe MIME, without line ends. `Auto-Submitted: auto-generated` (RFC
// 3834) asks vacation programs not to answer. `List-Unsubscribe` (RFC 2369) is a button in mail programs, which works
// at one click if the URL is https (RFC 8058). Throws std::invalid_argument if an address is none.
std::vector<std::string> header_lines(const Mail& mail, const Sender& sender);

}  // namespace ticketd::mail
