#include "tmserver/service/batch_answers.h"

#include <utility>

namespace turbo::service {
namespace {

// What is less than this, more or less, is not worth a change of what is
// counted for all calls.
constexpr size_t kCountStep = size_t{16} << 10;

}  // namespace

size_t BatchAnswers::Await(const std::vector<size_t>& requests) {
  const size_t first = first_ + slots_.size();
  for (const size_t bytes : requests) {
    slots_.push_back({bytes + sizeof(Slot)});
    bytes_ += slots_.back().bytes;
  }
  unanswered_ += requests.size();
  Recount();
  return first;
}

bool BatchAnswers::Set(size_t number,
                       turbomessage::v1::SendManyResponse answer) {
  if (number < first_ || slots_[number - first_].answer) return false;
  Slot& slot = slots_[number - first_];
  bytes_ -= slot.bytes;
  slot.bytes = sizeof(Slot) + answer.SpaceUsedLong() - sizeof(answer);
  bytes_ += slot.bytes;
  slot.answer = std::move(answer);
  --unanswered_;
  Recount();
  return true;
}

bool BatchAnswers::IsFirstReady() const {
  return !slots_.empty() && slots_.front().answer;
}

turbomessage::v1::SendManyResponse BatchAnswers::TakeFirst() {
  auto answer = *std::move(slots_.front().answer);
  written_bytes_ += slots_.front().bytes;
  slots_.pop_front();
  ++first_;
  return answer;
}

void BatchAnswers::NoteWritten() {
  bytes_ -= std::exchange(written_bytes_, 0);
  Recount();
}

void BatchAnswers::LetGo() {
  counts_ = false;
  held_.reset();
}

void BatchAnswers::Recount() {
  if (!counts_) return;
  const size_t change =
      bytes_ > held_bytes_ ? bytes_ - held_bytes_ : held_bytes_ - bytes_;
  if (change == 0 || (change < kCountStep && bytes_ > 0)) return;
  held_ = untaken_.Hold(user_, bytes_);
  held_bytes_ = bytes_;
}

}  // namespace turbo::service
