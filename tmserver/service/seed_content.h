// `contenido` of the seed's contract: subject and body in one text, with
// "-----" between them.
#ifndef TMSERVER_SERVICE_SEED_CONTENT_H_
#define TMSERVER_SERVICE_SEED_CONTENT_H_

#include <cstddef>
#include <string>

namespace turbo::service {

inline constexpr char kSeparator[] = "-----";

struct SubjectAndBody {
  std::string subject;
  std::string body;
};

// Parts a content at the first separator. Without one it is all body.
SubjectAndBody SplitContent(const std::string& content);

// The two as one text with a separator, whose first one is the one between
// them: hyphens of the subject get spaces where they could be taken for it.
// `subject` is UTF-8; what is not UTF-8 in `body` becomes U+FFFD.
std::string JoinContent(const std::string& subject, const std::string& body);

// The least that ShortenContent can shorten every content to, in bytes.
size_t ShortestContent();

// `content`, made by JoinContent, in at most `limit` (>= ShortestContent())
// bytes: what is longer is cut between characters, keeps its separator and ends
// with a mark that says so. Shortened again, it is as if shortened once.
std::string ShortenContent(const std::string& content, size_t limit);

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_SEED_CONTENT_H_
