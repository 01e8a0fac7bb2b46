// The answers that one call of SendMany or SendBatches owes, in their order.
#ifndef TMSERVER_SERVICE_BATCH_ANSWERS_H_
#define TMSERVER_SERVICE_BATCH_ANSWERS_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tmserver/mail/untaken.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::service {

// Counts what it keeps for the caller: the bytes of requests until they are
// answered, those of answers until the connection has taken them. Used by one
// thread at a time.
class BatchAnswers {
 public:
  // `untaken` must be there until LetGo.
  BatchAnswers(mail::Untaken& untaken, std::string user)
      : untaken_(untaken), user_(std::move(user)) {}

  // Awaits the answers to more requests, which have so many bytes. Their
  // numbers follow each other; this is the first.
  size_t Await(const std::vector<size_t>& requests);

  // The answer to the request of this number. False where there was one.
  bool Set(size_t number, turbomessage::v1::SendManyResponse answer);

  // Whether the first answer that was not taken is there.
  bool IsFirstReady() const;
  // Takes it, to be written.
  turbomessage::v1::SendManyResponse TakeFirst();
  // The connection has what was taken.
  void NoteWritten();

  // Counts nothing any more, whatever comes.
  void LetGo();

  size_t size() const { return slots_.size(); }  // not taken
  size_t unanswered() const { return unanswered_; }
  size_t bytes() const { return bytes_; }

 private:
  struct Slot {
    size_t bytes;
    std::optional<turbomessage::v1::SendManyResponse> answer = std::nullopt;
  };

  void Recount();

  mail::Untaken& untaken_;
  const std::string user_;
  std::deque<Slot> slots_;
  size_t first_ = 0;  // the number of the first slot
  size_t unanswered_ = 0;
  size_t bytes_ = 0;          // of all that is kept
  size_t written_bytes_ = 0;  // those of what was taken
  size_t held_bytes_ = 0;
  std::shared_ptr<void> held_;  // counts them
  bool counts_ = true;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_BATCH_ANSWERS_H_
