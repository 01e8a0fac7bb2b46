// turbomessage.v1.Mail over the rules of mail/.
#ifndef TMSERVER_SERVICE_MAIL_SERVICE_H_
#define TMSERVER_SERVICE_MAIL_SERVICE_H_

#include <memory>
#include <optional>

#include "tmserver/mail/mailbox.h"
#include "tmserver/service/answer_cache.h"
#include "tmserver/service/batches.h"
#include "tmserver/service/call.h"
#include "tmserver/service/position.h"
#include "tmserver/service/watches.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::service {

namespace v1 = turbomessage::v1;

class MailService final : public Service {
 public:
  // Both outlive it.
  MailService(mail::Sessions& sessions, mail::Mailbox& mailbox);

  // Ends the calls that would go on for as long as their callers like.
  void EndStreams();

 private:
  using Caller = mail::Caller;

  void Send(v1::SendRequest request, const Caller& caller,
            Reply<v1::SendResponse> reply);
  void List(v1::ListRequest request, const Caller& caller,
            Reply<grpc::ByteBuffer> reply);
  void Count(v1::CountRequest request, const Caller& caller,
             Reply<v1::CountResponse> reply);
  void Get(v1::GetRequest request, const Caller& caller,
           Reply<v1::GetResponse> reply);
  void Mark(v1::MarkRequest request, const Caller& caller,
            Reply<v1::MarkResponse> reply);
  void Delete(v1::DeleteRequest request, const Caller& caller,
              Reply<v1::DeleteResponse> reply);

  std::unique_ptr<StreamHandler> SendMany(Stream& stream, const Caller& caller);
  std::unique_ptr<StreamHandler> SendBatches(Stream& stream,
                                             const Caller& caller);
  std::unique_ptr<StreamHandler> Watch(Stream& stream, const Caller& caller);

  // Where a list begins and what it has to remember from page to page.
  struct ListPlan {
    mail::ListQuery query;
    std::optional<mail::Cursor> after;  // the request's own cursor
    std::optional<PageToken> token;     // of the page before
  };
  mail::Result<ListPlan> PlanOf(const v1::ListRequest& request,
                                const Caller& caller, mail::Box box) const;
  mail::Result<mail::Page> Find(const Caller& caller, const ListPlan& plan);
  mail::Result<PageToken> TokenOf(const v1::ListRequest& request,
                                  const Caller& caller, mail::Box box) const;
  v1::ListResponse ResponseOf(const v1::ListRequest& request,
                              const Caller& caller, const ListPlan& plan,
                              mail::Page page) const;

  mail::Mailbox& mailbox_;
  AnswerCache lists_;
  Batches batches_;
  Watches watches_;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_MAIL_SERVICE_H_
