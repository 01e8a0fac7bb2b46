#!/usr/bin/python3
"""seed.py SCENARIO: plays a client of the seed's contract at $SERVER."""
import json
import os
import pathlib
import subprocess
import time
import unittest

import turbomessage_pb2 as pb
from seed_client import (INT32_MAX, MIB, PASSWORD, Client, Scenario, connect,
                         must, tmctl, together)

MARK = " […recortado]"
STATE = pathlib.Path("state.json")


class Accounts(Scenario):
    def test_registering_logs_in(self):
        client = Client("Rosa")
        self.assertGreaterEqual(len(client.token), 40)
        self.assertTrue(client.send("rosa", "hola-----yo").success)
        self.assertEqual(client.tray()[0].desde, "rosa")

    def test_a_failed_registration_blocks_nothing(self):
        ana = Client("ana")
        self.refused(ana.register(), "Ya existe ese usuario (ana)")
        self.refused(Client("ANA", False).register(), "Ya existe ese usuario")
        for name in "", "dos palabras", "ñ", "-x", "x" * 65, "x" * MIB, "a\0":
            self.refused(Client(name, False).register(),
                         "La petición no es válida")
        for password in "", "short", "1234567":
            self.refused(Client("beto", False).register(password),
                         "La contraseña es demasiado corta")
        self.refused(Client("beto", False).register("x" * 1025),
                     "La petición no es válida")
        self.assertTrue(Client("beto", False).register().success)
        self.assertTrue(ana.send("beto", "x").success)

    def test_the_password_is_checked(self):
        client = Client("carla")
        wrong = client.login("wrong horse")
        self.refused(wrong, "El usuario o la contraseña")
        for unknown in Client("nadie", False), Client("", False):
            self.assertEqual(unknown.login(), wrong)
        for password in "", PASSWORD + " ", "x" * 5000:
            self.refused(client.login(password), "El usuario o la contraseña")
        self.assertTrue(client.send("carla", "x").success)

    def test_a_login_ends_the_one_before(self):
        first = Client("dora")
        second = Client("Dora", False)
        second.token = must(second.login()).detalles
        self.assertNotEqual(first.token, second.token)
        self.no_session(first)
        self.assertTrue(second.send("dora", "x").success)

    def test_of_registrations_at_once_one_succeeds(self):
        results = together([Client("elsa", False).register] * 16)
        self.assertEqual(sum(status.success for status in results), 1)


class Mail(Scenario):
    """Runs in one piece, because folios count through the server."""

    def test_every_call(self):
        self.ana, self.beto = Client("ana"), Client("beto")
        self.a_mail_goes_its_way()
        self.contents_part_at_the_first_separator()
        self.trays_are_full()
        self.failures()

    def a_mail_goes_its_way(self):
        ana, beto = self.ana, self.beto
        self.assertEqual(ana.tray("salida"), [])
        status = must(ana.send("Beto", "hola-----¿qué tal?"))
        self.assertEqual(status.detalles, "1")
        expected = pb.Correo(id=1, desde="ana", a="beto", leido=False,
                             contenido="hola-----¿qué tal?")
        self.assertEqual(beto.tray(), [expected])
        self.assertEqual(beto.tray("otra"), [expected])
        self.assertEqual(ana.tray("salida"), [expected])
        self.assertEqual(ana.tray(), [])
        self.assertTrue(beto.tray()[0].HasField("leido"))

        self.refused(ana.mark(1), "No existe ese correo en la bandeja (1)")
        self.assertTrue(beto.mark(1).success)
        self.assertTrue(beto.mark(1).success)
        self.assertTrue(beto.tray()[0].leido)
        self.assertTrue(ana.tray("salida")[0].leido)

        self.refused(beto.delete(1, "salida"), "No existe ese correo")
        self.assertTrue(beto.delete(1).success)
        self.refused(beto.delete(1), "No existe ese correo")
        self.refused(beto.mark(1), "No existe ese correo")
        self.assertEqual(beto.tray(), [])
        self.assertEqual(ana.ids("salida"), [1])
        self.assertTrue(ana.delete(1, "salida").success)

    def contents_part_at_the_first_separator(self):
        contents = {"a-----b-----c": "a-----b-----c", "a------b": "a------b",
                    "sin separador": "-----sin separador", "": "-----",
                    "x-----\0\U0001f600": "x-----\0\U0001f600"}
        for content, returned in contents.items():
            folio = int(must(self.ana.send("ana", content)).detalles)
            self.assertEqual(self.ana.tray()[-1].contenido, returned)
            self.assertEqual(self.ana.tray("salida")[-1].contenido, returned)
            must(self.ana.delete(folio))
            must(self.ana.delete(folio, "salida"))

    def trays_are_full(self):
        ana, beto = self.ana, self.beto
        folios = [int(must(ana.send("beto", f"{n}-----x")).detalles)
                  for n in range(5)]
        self.assertEqual(beto.ids(), folios)
        self.assertEqual(ana.ids("salida"), folios)
        self.assertEqual(folios, list(range(folios[0], folios[0] + 5)))
        self.refused(ana.send("ana", "x"), "Tu bandeja de salida está llena")
        self.refused(
            beto.send("beto", "x"),
            "La bandeja de entrada del destinatario está llena")
        must(beto.delete(folios[1]))
        must(ana.delete(folios[0], "salida"))
        self.assertEqual(must(ana.send("beto", "x")).detalles,
                         str(folios[-1] + 1))
        self.assertEqual(beto.ids(),
                         [folios[0]] + folios[2:] + [folios[-1] + 1])
        for folio in ana.ids("salida"):
            must(ana.delete(folio, "salida"))
        for folio in beto.ids():
            must(beto.delete(folio))

    def failures(self):
        ana, beto = self.ana, self.beto
        self.refused(ana.send("nadie", "x"),
                     "No existe el destinatario (nadie)")
        for to in "", "dos palabras", "ana, beto", "x" * MIB:
            self.refused(ana.send(to, "x"), "La petición no es válida")
        for sender in "beto", "", "an":
            self.refused(ana.send("beto", "x", sender),
                         "La petición no es válida («desde»")
        self.refused(ana.send("beto", "x\0-----"), "La petición no es válida")
        self.refused(ana.send("beto", "x" * (MIB + 1)),
                     "El correo es demasiado grande")
        for folio in 0, -1, 10**6, INT32_MAX, -INT32_MAX - 1:
            for act in ana.mark, ana.delete:
                self.refused(act(folio), "No existe ese correo")
        self.assertEqual(ana.tray("salida"), [])
        self.assertEqual(beto.tray(), [])

        for token in "", "x", ana.token[:-1], ana.token + "x", "x" * 3 * MIB:
            stranger = Client("ana", False)
            stranger.token = token
            self.no_session(stranger)
        for user in "beto", "", "x" * MIB:
            stranger = Client(user, False)
            stranger.token = ana.token
            self.no_session(stranger)
        self.assertTrue(ana.send("ANA", "x", "Ana").success)


class Hostile(Scenario):
    def all_refuse(self, requests, sentence):
        responses = {"registrar_usuario": pb.Status, "login": pb.Status,
                     "enviar_mensaje": pb.Status, "get_bandeja": pb.Bandeja,
                     "borrar_mensaje": pb.Status, "marcar_leido": pb.Status}
        for name, response in responses.items():
            with connect() as channel:
                call = channel.unary_unary(
                    "/turbomessage.ServidorTurboMessage/" + name,
                    response_deserializer=response.FromString)
                answers = [call(request, timeout=30) for request in requests]
            for answer in answers:
                if response is pb.Bandeja:
                    self.assertEqual(answer, pb.Bandeja())
                else:
                    self.refused(answer, sentence)

    def test_bytes_that_are_no_request(self):
        not_utf8 = b"\x0a\x02\xc3\x28"
        self.all_refuse([not_utf8, b"\xff" * 9, b"\x0a\x7f"],
                        "La petición no es válida")

    def test_missing_and_unknown_fields(self):
        self.all_refuse([b"", b"\xa2\x06\x03abc"], "")

    def test_a_mail_that_is_missing(self):
        eva = Client("eva")
        request = pb.EnviarMensajeRequest(usuario="eva", token=eva.token)
        self.refused(eva.stub.enviar_mensaje(request),
                     "La petición no es válida («desde»")
        request.correo.desde = "eva"
        self.refused(eva.stub.enviar_mensaje(request),
                     "La petición no es válida")
        request.correo.a = "eva"
        self.assertTrue(eva.stub.enviar_mensaje(request).success)
        self.assertEqual(eva.tray()[0].contenido, "-----")
        action = pb.MensajeActionRequest(usuario="eva", token=eva.token)
        self.refused(eva.stub.borrar_mensaje(action), "No existe ese correo")
        self.refused(eva.stub.marcar_leido(action), "No existe ese correo")
        # Without a tray it is the inbox.
        action.correo_id = 1
        self.assertTrue(eva.stub.borrar_mensaje(action).success)
        self.assertEqual(len(eva.stub.get_bandeja(pb.GetBandejaRequest(
            usuario="eva", token=eva.token)).correos), 0)

    def test_what_the_sender_says_of_id_and_mark_is_nothing(self):
        fay = Client("fay")
        correo = pb.Correo(id=77, desde="fay", a="fay", leido=True,
                           contenido="x")
        folio = int(must(fay.stub.enviar_mensaje(pb.EnviarMensajeRequest(
            usuario="fay", token=fay.token, correo=correo))).detalles)
        self.assertEqual(fay.ids(), [folio])
        self.assertFalse(fay.tray()[0].leido)


class BothContracts(Scenario):
    def setUp(self):
        self.ana = Client("ana")
        for user in "beto", "carla":
            tmctl("-S", os.environ["SERVER"], "-p", user, "-q", "register",
                  user, "--password-stdin", input=PASSWORD.encode())

    def beto(self, *arguments, **options):
        return tmctl("-p", "beto", *arguments, **options)

    def test_both_ways(self):
        self.from_here_to_there()
        self.from_there_to_here()
        self.one_login_for_both()

    def from_here_to_there(self):
        must(self.ana.send("beto", "del origen-----con ñ\n"))
        self.assertEqual(self.beto("read", "1", "--raw"), "con ñ\n".encode())
        message = json.loads(self.beto("read", "1", "--json"))["messages"][0]
        self.assertEqual(message["subject"], "del origen")
        self.assertTrue(message["read"])
        self.assertTrue(self.ana.tray("salida")[0].leido)
        self.beto("-q", "delete", "1")
        self.refused(self.ana.delete(1), "No existe ese correo")

    def from_there_to_here(self):
        subject = "-----un asunto-----de rayas-"
        self.beto("-q", "send", "ana", "carla", "-s", subject,
                  input=b"caf\xe9\xff !")
        self.assertEqual(self.ana.tray(), [pb.Correo(
            id=2, desde="beto", a="ana, carla", leido=False,
            contenido="---- -un asunto---- -de rayas- -----caf\ufffd\ufffd !")])
        must(self.ana.mark(2))
        sent = json.loads(self.beto("outbox"))["messages"][0]["recipients"]
        self.assertEqual([r["read_at"] is None for r in sent], [False, True])

    def one_login_for_both(self):
        beto = Client("beto", False)
        beto.token = must(beto.login()).detalles
        tried = subprocess.run(["tmctl", "-p", "beto", "whoami"], timeout=30,
                               stderr=subprocess.PIPE, check=False)
        self.assertEqual(tried.returncode, 77)
        # The mark of one recipient of two: the sender waits for the other.
        self.assertFalse(beto.tray("salida")[0].leido)
        tmctl("-p", "carla", "-q", "read", "2")
        self.assertTrue(beto.tray("salida")[0].leido)
        self.beto("-q", "login", "beto", "--password-stdin",
                  input=PASSWORD.encode())
        self.no_session(beto)


class LargeTray(Scenario):
    def test_contents_are_shortened(self):
        ana = Client("ana")
        names = ["a", "b", "corto", "c", "d"]
        for name in names:
            size = 10 if name == "corto" else MIB - 100
            must(ana.send("ana", f"{name}-----" + "ñ" * (size // 2)))
        for tray in "entrada", "salida":
            mails = ana.tray(tray)
            self.assertEqual(len(mails), 5)
            self.assertLess(
                pb.Bandeja(correos=mails).ByteSize(), 7 * MIB // 2)
            for name, mail in zip(names, mails):
                subject, body = mail.contenido.split("-----", 1)
                self.assertEqual(subject, name)
                self.assertEqual(body.endswith(MARK), name != "corto")

    def test_bytes_that_grow_when_replaced(self):
        tmctl("-S", os.environ["SERVER"], "-q", "register", "beto",
              "--password-stdin", input=PASSWORD.encode())
        body = b"\xff" * (MIB - 9)
        for _ in range(3):
            tmctl("-q", "send", "beto", "-s", "bytes", input=body)
        beto = Client("beto", False)
        beto.token = must(beto.login()).detalles
        mails = beto.tray()
        self.assertEqual(len(mails), 3)
        self.assertTrue(mails[0].contenido.startswith("bytes-----\ufffd"))


class Crowd(Scenario):
    def test_a_tray_holds_what_it_holds(self):
        target = Client("destino")
        clients = [Client(f"u{n}") for n in range(32)]
        results = together(
            [lambda c=client: c.send("destino", c.user) for client in clients])
        accepted = sorted(int(r.detalles) for r in results if r.success)
        self.assertEqual(accepted, [1, 2, 3, 4, 5])
        for result in (r for r in results if not r.success):
            self.refused(result, "La bandeja de entrada del destinatario")
        # Nothing of a refused mail stays with its sender.
        self.assertEqual(sum(len(c.tray("salida")) for c in clients), 5)
        told = {r.detalles: c.user for r, c in zip(results, clients)
                if r.success}
        arrived = {str(mail.id): mail.desde for mail in target.tray()}
        self.assertEqual(arrived, told)
        must(target.delete(3))
        results = together([lambda c=client: c.send("destino", "otra vez")
                            for client in clients])
        self.assertEqual([r.detalles for r in results if r.success], ["6"])


class BeforeTheEnd(Scenario):
    def test_some_mail(self):
        ana, beto = Client("ana"), Client("beto")
        for n in range(4):
            must(ana.send("beto", f"{n}-----x"))
        must(beto.mark(2))
        must(beto.delete(3))
        STATE.write_text(json.dumps({
            "ana": ana.token, "beto": beto.token, "next": 5,
            "inbox": [1, 2, 4]}))


class AfterTheEnd(Scenario):
    def test_it_is_all_there(self):
        state = json.loads(STATE.read_text())
        ana, beto = Client("ana", False), Client("beto", False)
        ana.token, beto.token = state["ana"], state["beto"]
        self.assertEqual(beto.ids(), state["inbox"])
        self.assertEqual([mail.leido for mail in beto.tray()][:2],
                         [False, True])
        self.assertEqual(beto.tray()[0].contenido, "0-----x")
        folio = int(must(ana.send("beto", "x")).detalles)
        self.assertEqual(folio, state["next"])
        must(ana.delete(folio, "salida"))
        state["next"] += 1
        state["inbox"].append(folio)
        STATE.write_text(json.dumps(state))


class Expiry(Scenario):
    def test_use_does_not_prolong_the_absolute_life(self):
        ana = Client("ana")
        deadline = time.monotonic() + 20
        while ana.send("nadie", "x").detalles.startswith("No existe"):
            self.assertLess(time.monotonic(), deadline)
        self.refused(ana.send("ana", "x"), "La sesión expiró")
        self.refused(ana.mark(1), "La sesión expiró")
        self.refused(ana.delete(1), "La sesión expiró")
        self.assertEqual(ana.tray(), [])
        ana.token = must(ana.login()).detalles
        self.assertTrue(ana.send("ana", "x").success)


class Closed(Scenario):
    def test_nobody_new(self):
        self.refused(Client("ana", False).register(),
                     "El servidor no admite registros")


class BeforeInt32Ends(Scenario):
    def test_some_mail(self):
        ana = Client("ana")
        must(ana.send("ana", "uno"))
        must(ana.send("ana", "dos"))


class AfterInt32Ended(Scenario):
    def test_what_int32_can_not_number(self):
        ana = Client("ana", False)
        ana.token = must(ana.login()).detalles
        self.assertEqual(ana.ids(), [1, INT32_MAX])
        self.assertEqual(must(ana.send("ana", "tres")).detalles,
                         str(INT32_MAX + 1))
        self.assertEqual(ana.ids(), [1, INT32_MAX])
        self.assertEqual(ana.ids("salida"), [1, INT32_MAX])
        must(ana.delete(INT32_MAX))
        self.assertEqual(ana.ids(), [1])


class Secrets(Scenario):
    def test_calls_for_the_log(self):
        ana = Client("ana")
        ana.login("wrong horse")
        must(ana.send("ana", "el asunto-----el cuerpo"))
        ana.tray()
        pathlib.Path("token").write_text(ana.token)


if __name__ == "__main__":
    unittest.main()
