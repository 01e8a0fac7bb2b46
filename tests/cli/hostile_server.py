#!/usr/bin/python3
"""hostile_server.py FOLDER: a server that answers whatever it likes.

Prints its port. A call of SERVICE/METHOD is answered with the bytes in the file
FOLDER/METHOD, or fails with the status NOT_FOUND, the sentence in
FOLDER/METHOD.message and the details in FOLDER/METHOD.details.
"""
import pathlib
import sys
from concurrent import futures

import grpc

folder = pathlib.Path(sys.argv[1])


class Answers(grpc.GenericRpcHandler):
    def service(self, call):
        name = call.method.rsplit("/", 1)[1]

        def answer(_, context):
            if (folder / name).exists():
                return (folder / name).read_bytes()
            context.set_trailing_metadata((
                ("grpc-status-details-bin",
                 (folder / f"{name}.details").read_bytes()),
            ))
            message = (folder / f"{name}.message").read_bytes().decode()
            context.abort(grpc.StatusCode.NOT_FOUND, message)

        return grpc.unary_unary_rpc_method_handler(answer)


server = grpc.server(futures.ThreadPoolExecutor(2))
server.add_generic_rpc_handlers((Answers(),))
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
