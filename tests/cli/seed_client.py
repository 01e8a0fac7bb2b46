"""A client of turbomessage.ServidorTurboMessage, and what scenarios expect."""
import os
import subprocess
import threading
import unittest

import grpc
import turbomessage_pb2 as pb
import turbomessage_pb2_grpc as rpc

PASSWORD = "correct horse"
MIB = 1 << 20
INT32_MAX = 2**31 - 1


def connect():
    return grpc.insecure_channel(os.environ["SERVER"], options=[
        ("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)])


class Client:
    """One user. A call that ends with another status than OK raises."""

    def __init__(self, user, register=True):
        self.user = user
        self.token = ""
        self.stub = rpc.ServidorTurboMessageStub(connect())
        if register:
            self.token = must(self.register()).detalles

    def register(self, passwd=PASSWORD):
        return self.stub.registrar_usuario(
            pb.LoginRequest(usuario=self.user, passwd=passwd), timeout=30)

    def login(self, passwd=PASSWORD):
        return self.stub.login(
            pb.LoginRequest(usuario=self.user, passwd=passwd), timeout=30)

    def send(self, to, content, sender=None):
        correo = pb.Correo(
            desde=self.user if sender is None else sender, a=to,
            contenido=content)
        return self.stub.enviar_mensaje(pb.EnviarMensajeRequest(
            usuario=self.user, token=self.token, correo=correo), timeout=30)

    def tray(self, name="entrada"):
        return list(self.stub.get_bandeja(pb.GetBandejaRequest(
            usuario=self.user, token=self.token, bandeja=name),
            timeout=30).correos)

    def ids(self, name="entrada"):
        return [correo.id for correo in self.tray(name)]

    def delete(self, folio, tray="entrada"):
        return self.stub.borrar_mensaje(self._action(folio, tray), timeout=30)

    def mark(self, folio, tray="entrada"):
        return self.stub.marcar_leido(self._action(folio, tray), timeout=30)

    def _action(self, folio, tray):
        return pb.MensajeActionRequest(
            usuario=self.user, token=self.token, correo_id=folio, bandeja=tray)


def must(status):
    assert status.success, status.detalles
    return status


def tmctl(*arguments, **options):
    return subprocess.run(("tmctl",) + arguments, check=True, timeout=30,
                          stdout=subprocess.PIPE, **options).stdout


def together(functions):
    """The results of all, called by a thread each at the same moment."""
    results = [None] * len(functions)
    start = threading.Barrier(len(functions))

    def work(n):
        start.wait()
        results[n] = functions[n]()

    threads = [threading.Thread(target=work, args=(n,))
               for n in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class Scenario(unittest.TestCase):
    def refused(self, status, sentence):
        self.assertTrue(status.HasField("success"))
        self.assertFalse(status.success)
        self.assertTrue(status.detalles.startswith(sentence), status.detalles)
        self.assertTrue(status.detalles.endswith("."), status.detalles)

    def no_session(self, client):
        sentence = "No hay una sesión"
        self.assertEqual(client.tray(), [])
        self.refused(client.send("ana", "x"), sentence)
        self.refused(client.mark(1), sentence)
        self.refused(client.delete(1), sentence)
