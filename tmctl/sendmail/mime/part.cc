#include "tmctl/sendmail/mime/part.h"

#include <algorithm>

#include "tmctl/sendmail/mime/glib.h"

namespace turbo::mime {
namespace {

bool IsUtf8(const std::string& bytes) {
  return g_utf8_validate_len(bytes.data(), bytes.size(), nullptr) != FALSE;
}

template <class Write>
std::string Written(Write write) {
  const Object<GMimeStream> stream(g_mime_stream_mem_new());
  write(stream.get());
  const GByteArray* array =
      g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(array->data), array->len};
}

// Bytes that are UTF-8 already stay as they are under a charset that only
// promises ASCII, as cron's do; so do those whose charset is unknown or wrong.
std::string InUtf8(std::string bytes, const char* charset) {
  const bool vague = charset == nullptr ||
                     g_ascii_strcasecmp(charset, "us-ascii") == 0 ||
                     g_ascii_strcasecmp(charset, "ascii") == 0 ||
                     g_ascii_strcasecmp(charset, "ansi_x3.4-1968") == 0;
  if (vague || g_ascii_strcasecmp(charset, "utf-8") == 0) return bytes;
  gsize size = 0;
  const Chars text(g_convert(bytes.data(), static_cast<gssize>(bytes.size()),
                             "UTF-8", charset, nullptr, &size, nullptr));
  return text ? std::string(text.get(), size) : std::move(bytes);
}

// Encoded text has the line ends of the wire.
void DropCarriageReturns(std::string& text) {
  size_t kept = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool ends_line =
        text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (!ends_line) text[kept++] = text[i];
  }
  text.resize(kept);
}

bool IsEncoded(GMimePart* part) {
  const auto encoding = g_mime_part_get_content_encoding(part);
  return encoding == GMIME_CONTENT_ENCODING_BASE64 ||
         encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
}

std::string TypeOf(GMimeObject* object) {
  const Chars type(g_mime_content_type_get_mime_type(
      g_mime_object_get_content_type(object)));
  std::string lower = type ? type.get() : "";
  std::transform(lower.begin(), lower.end(), lower.begin(), g_ascii_tolower);
  return lower;
}

bool IsAttached(GMimeObject* object) {
  const char* disposition = g_mime_object_get_disposition(object);
  return disposition != nullptr &&
         g_ascii_strcasecmp(disposition, "attachment") == 0;
}

Part PartOf(GMimePart* source) {
  GMimeObject* object = GMIME_OBJECT(source);
  Part part{TypeOf(object), {}, {}, IsAttached(object)};
  if (const char* name = g_mime_part_get_filename(source)) part.name = name;
  if (GMimeDataWrapper* content = g_mime_part_get_content(source)) {
    part.bytes = Written([&](GMimeStream* stream) {
      g_mime_data_wrapper_write_to_stream(content, stream);
    });
  }
  if (part.media_type.starts_with("text/") && !part.attached) {
    part.bytes =
        InUtf8(std::move(part.bytes),
               g_mime_object_get_content_type_parameter(object, "charset"));
    if (IsEncoded(source)) DropCarriageReturns(part.bytes);
  }
  return part;
}

Part PartOf(GMimeMessagePart* source) {
  Part part{"message/rfc822", "message.eml", {}, true};
  if (GMimeMessage* message = g_mime_message_part_get_message(source)) {
    part.bytes = Written([&](GMimeStream* stream) {
      g_mime_object_write_to_stream(GMIME_OBJECT(message), nullptr, stream);
    });
  }
  return part;
}

}  // namespace

std::vector<Part> PartsOf(GMimeObject* object) {
  std::vector<Part> parts;
  if (object == nullptr) return parts;
  if (GMIME_IS_MULTIPART(object)) {
    GMimeMultipart* whole = GMIME_MULTIPART(object);
    // No part is found where the boundary is missing or another's.
    const char* prologue = g_mime_multipart_get_prologue(whole);
    if (g_mime_multipart_get_count(whole) == 0 && prologue != nullptr) {
      parts.push_back({"text/plain", {}, prologue});
    }
    for (int i = 0; i < g_mime_multipart_get_count(whole); ++i) {
      for (Part& part : PartsOf(g_mime_multipart_get_part(whole, i))) {
        parts.push_back(std::move(part));
      }
    }
  } else if (GMIME_IS_MESSAGE_PART(object)) {
    parts.push_back(PartOf(GMIME_MESSAGE_PART(object)));
  } else if (GMIME_IS_PART(object)) {
    parts.push_back(PartOf(GMIME_PART(object)));
  }
  return parts;
}

std::string ToUtf8(const std::string& text) {
  std::string whole = text;
  whole.erase(std::remove(whole.begin(), whole.end(), '\0'), whole.end());
  if (IsUtf8(whole)) return whole;
  const Chars valid(
      g_utf8_make_valid(whole.data(), static_cast<gssize>(whole.size())));
  return valid.get();
}

}  // namespace turbo::mime
