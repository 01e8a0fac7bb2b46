#include "tmctl/sendmail/mime/decode.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tmctl/sendmail/mime/glib.h"
#include "tmctl/sendmail/mime/part.h"

namespace turbo::mime {
namespace {

constexpr size_t kMaxFileName = 255;
constexpr size_t kMaxMediaType = 127;

bool IsGraphic(char c) { return g_ascii_isgraph(c); }

std::string Base64(const std::string& bytes) {
  const Chars text(g_base64_encode(
      reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
  return text.get();
}

// Whether a line is a header: a name, maybe spaces, and a colon.
bool IsHeader(std::string_view line) {
  const size_t end = std::min(line.size(), line.find_first_of(": \t"));
  const bool is_name =
      end > 0 && std::all_of(line.begin(), line.begin() + end, IsGraphic);
  const size_t colon = line.find_first_not_of(" \t", end);
  return is_name && colon != std::string_view::npos && line[colon] == ':';
}

// Those that mails have; those with a '-' at their end are many.
constexpr std::string_view kFields[] = {
    "auto-submitted", "bcc",        "cc",       "content-",    "date",
    "disposition-",   "from",       "list-",    "in-reply-to", "message-id",
    "mime-version",   "precedence", "received", "references",  "reply-to",
    "resent-",        "return-",    "sender",   "subject",     "to",
    "user-agent",     "x-"};

bool IsOfMail(std::string_view header) {
  const std::string_view name = header.substr(0, header.find_first_of(": \t"));
  return std::any_of(
      std::begin(kFields), std::end(kFields), [&](std::string_view field) {
        return (field.ends_with('-') ? name.size() > field.size()
                                     : name.size() == field.size()) &&
               g_ascii_strncasecmp(name.data(), field.data(), field.size()) ==
                   0;
      });
}

// Where the headers end: at an empty line, or at the first text that is none.
// "ALERT: disk full" looks like one: headers of which none is a mail's are
// text.
size_t EndOfHeaders(std::string_view mail) {
  size_t start = 0;
  bool is_mail = false;
  while (start < mail.size()) {
    const size_t end = std::min(mail.size(), mail.find('\n', start));
    const std::string_view line = mail.substr(start, end - start);
    const bool continues =
        start > 0 && (line.starts_with(' ') || line.starts_with('\t'));
    if (!continues && !IsHeader(line)) break;
    is_mail = is_mail || (!continues && IsOfMail(line));
    start = end + 1;
  }
  return is_mail ? std::min(start, mail.size()) : 0;
}

struct FreeOptions {
  void operator()(GMimeParserOptions* options) const {
    g_mime_parser_options_free(options);
  }
};

Object<GMimeMessage> Parse(const std::string& mail) {
  const std::unique_ptr<GMimeParserOptions, FreeOptions> options(
      g_mime_parser_options_new());
  // "To: ana, beto"
  g_mime_parser_options_set_allow_addresses_without_domain(options.get(), TRUE);
  const Object<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(mail.data(), mail.size()));
  const Object<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  return Object<GMimeMessage>(
      g_mime_parser_construct_message(parser.get(), options.get()));
}

void AddAddresses(InternetAddressList* list, Json& addresses) {
  for (int i = 0; list != nullptr && i < internet_address_list_length(list);
       ++i) {
    InternetAddress* address = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_GROUP(address)) {
      AddAddresses(
          internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)),
          addresses);
    } else if (INTERNET_ADDRESS_IS_MAILBOX(address)) {
      const char* text =
          internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address));
      if (text != nullptr && *text != '\0') addresses.push_back(ToUtf8(text));
    }
  }
}

Json Recipients(GMimeMessage* message) {
  Json addresses = Json::array();
  for (const auto type :
       {GMIME_ADDRESS_TYPE_TO, GMIME_ADDRESS_TYPE_CC, GMIME_ADDRESS_TYPE_BCC}) {
    AddAddresses(g_mime_message_get_addresses(message, type), addresses);
  }
  return addresses;
}

// Addresses with their names, as people read them.
std::string People(GMimeMessage* message, GMimeAddressType type) {
  InternetAddressList* list = g_mime_message_get_addresses(message, type);
  if (list == nullptr) return {};
  const Chars text(internet_address_list_to_string(list, nullptr, FALSE));
  return text ? ToUtf8(text.get()) : std::string();
}

// A name that a file can have, unlike those in `taken`.
std::string FileName(const Part& part, size_t number,
                     std::set<std::string>& taken) {
  std::string name = ToUtf8(part.name);
  name.erase(0, name.find_last_of("/\\") + 1);
  std::erase_if(name, [](char c) { return g_ascii_iscntrl(c); });
  if (name.empty() || name == "." || name == ".." ||
      name.size() > kMaxFileName) {
    name = "part-" + std::to_string(number);
    if (part.media_type == "text/html") name += ".html";
  }
  const std::string wanted = name;
  for (int copy = 2; !taken.insert(name).second; ++copy) {
    const std::string prefix = std::to_string(copy) + "-";
    name = prefix + wanted;
    if (name.size() > kMaxFileName) {
      name = prefix + "part-" + std::to_string(number);
    }
  }
  return name;
}

std::string MediaType(const Part& part) {
  const bool fits =
      !part.media_type.empty() && part.media_type.size() <= kMaxMediaType &&
      std::all_of(part.media_type.begin(), part.media_type.end(), IsGraphic);
  return fits ? part.media_type : "application/octet-stream";
}

// Which parts are the body: what is plain text, or else the first text there
// is.
std::vector<bool> ChooseBody(const std::vector<Part>& parts) {
  std::vector<bool> chosen(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    chosen[i] = !parts[i].attached && parts[i].media_type == "text/plain";
  }
  if (std::find(chosen.begin(), chosen.end(), true) != chosen.end()) {
    return chosen;
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].attached || !parts[i].media_type.starts_with("text/"))
      continue;
    chosen[i] = true;
    break;
  }
  return chosen;
}

void AddContent(const std::vector<Part>& parts, Json& document) {
  const std::vector<bool> is_body = ChooseBody(parts);
  std::string body;
  Json attachments = Json::array();
  std::set<std::string> names;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (is_body[i]) {
      if (!body.empty() && !body.ends_with('\n')) body += '\n';
      body += parts[i].bytes;
      continue;
    }
    attachments.push_back({{"name", FileName(parts[i], i + 1, names)},
                           {"media_type", MediaType(parts[i])},
                           {"data", Base64(parts[i].bytes)}});
  }
  document["body"] = Base64(body);
  document["attachments"] = std::move(attachments);
}

// The parts of `message`, or where they come out empty, its `text` as it is:
// the boundary may be missing, or parts may be in parts without end.
std::vector<Part> ContentOf(GMimeMessage* message, const std::string& text) {
  std::vector<Part> parts = PartsOf(g_mime_message_get_mime_part(message));
  if (std::all_of(parts.begin(), parts.end(),
                  [](const Part& part) { return part.bytes.empty(); })) {
    return {{"text/plain", {}, text}};
  }
  return parts;
}

}  // namespace

Json Decode(const std::string& mail) {
  g_mime_init();
  const size_t end = EndOfHeaders(mail);
  std::string text = mail.substr(end);
  text.erase(0, text.starts_with('\n') ? 1 : text.starts_with("\r\n") ? 2 : 0);
  // gmime throws away what is neither header nor parted from them.
  const Object<GMimeMessage> message = Parse(mail.substr(0, end) + "\n" + text);
  if (!message) throw std::runtime_error("not a mail");
  const char* subject = g_mime_message_get_subject(message.get());
  Json document{
      {"recipients", Recipients(message.get())},
      {"subject", ToUtf8(subject == nullptr ? "" : subject)},
      {"from", People(message.get(), GMIME_ADDRESS_TYPE_FROM)},
      {"to", People(message.get(), GMIME_ADDRESS_TYPE_TO)},
      {"reply_to", People(message.get(), GMIME_ADDRESS_TYPE_REPLY_TO)}};
  AddContent(ContentOf(message.get(), text), document);
  return document;
}

}  // namespace turbo::mime
