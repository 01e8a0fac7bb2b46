// How messages and access tokens look on a terminal.
#ifndef TMCTL_OUTPUT_TABLE_H_
#define TMCTL_OUTPUT_TABLE_H_

#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <vector>

#include "turbomessage/v1/mail.pb.h"
#include "turbomessage/v1/tokens.pb.h"

namespace turbo::ctl {

struct TableStyle {
  size_t width = 0;     // columns of a line; 0: no limit
  bool colour = false;  // bold for what is unread

  // Of stdout: colours only on a terminal that has them and without NO_COLOR.
  static TableStyle OfStdout();
};

// One line a message, under a heading; empty for no messages.
std::string TrayTable(const std::vector<turbomessage::v1::Message>& messages,
                      turbomessage::v1::Box box, const TableStyle& style);

// One message with its headers and body.
std::string MessageText(const turbomessage::v1::Message& message,
                        const TableStyle& style);

// One line a token, under a heading; empty for no tokens.
std::string TokenTable(const std::vector<turbomessage::v1::Token>& tokens);

// Lines in columns as wide as what stands in them; the first row is a heading.
std::string TextTable(const std::vector<std::vector<std::string>>& rows);

// In local time.
std::string DateText(const google::protobuf::Timestamp& time);

// One token on a line.
std::string TokenText(const turbomessage::v1::Token& token);

}  // namespace turbo::ctl

#endif  // TMCTL_OUTPUT_TABLE_H_
