# Mail, by the Postfix of the host. Sourced by run.
# shellcheck shell=bash

# Takes mail for everybody at example.com into root's box.
have_postfix() {
  inside sh -ec 'echo "postfix postfix/main_mailer_type select Local only" | debconf-set-selections
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q postfix >/dev/null 2>&1
    postconf -e mydestination=localhost,example.com luser_relay=root@localhost local_recipient_maps= alias_maps= inet_interfaces=loopback-only
    systemctl restart postfix' && inside systemctl is-active postfix
}

subjects() { inside sh -c 'grep -a ^Subject: /var/mail/root'; }
is_told() { [[ $(subjects 2>/dev/null | grep -c "$1") -ge ${2:-1} ]] && subjects | tail -n 1; }

booked_and_told() {
  local before
  before=$(subjects 2>/dev/null | grep -c 'You have a seat')
  book_and_promote >/dev/null && eventually 20 is_told 'You have a seat: House concert' $((before + 1))
}

messenger_runs() { inside systemctl is-active ticketd-messenger.service; }
messenger_status() { inside systemctl show -P StatusText ticketd-messenger.service | grep -E 'mails in the last round'; }
messenger_has_ended() {
  inside systemctl show -p ActiveState -p Result -p ExecMainStatus ticketd-messenger.service | sort | tr '\n' ' ' |
    grep 'ActiveState=inactive ExecMainStatus=0 Result=success'
}
killed_messenger_is_back() {
  inside systemctl kill -s KILL ticketd-messenger.service
  eventually 10 messenger_runs && booked_and_told
}

# With the password and the address of nobody else: it may not do what others may.
sees_no_other_secrets() {
  local pid
  pid=$(inside systemctl show -P MainPID ticketd-messenger.service)
  inside sh -ec "ls /run/credentials/ticketd-messenger.service; ! tr '\\0' '\\n' </proc/$pid/environ | grep -E 'JWT|REDIS'" | sort | tr '\n' ' '
}

own_words_are_sent() {
  documented mail-words || return 1
  inside sed -i 's/^Hello/Dear/' /etc/ticketd/mail/en/body.txt
  inside systemctl restart ticketd-messenger.service && booked_and_told || return 1
  inside grep -a '^Dear ' /var/mail/root | tail -n 1
}

wrong_words_are_named() {
  inside sh -c 'echo "{{title}}" >>/etc/ticketd/mail/en/body.txt; systemctl restart ticketd-messenger.service; sleep 0.5'
  inside journalctl -q -o cat -u ticketd-messenger.service -n 5 | grep -o '/etc/ticketd/mail/en/body.txt, line [0-9]*: there is no {{title}}' || return 1
  inside sh -ec 'rm -r /etc/ticketd/mail; systemctl start ticketd-messenger.service' && messenger_runs
}

mail_waits_for_postfix() {
  inside systemctl stop postfix
  book_and_promote >/dev/null || return 1
  eventually 10 waits_with_a_reason || return 1
  inside systemctl start postfix
  eventually 70 nobody_waits
}
waits_with_a_reason() { inside ticketctl mail list waiting | grep -iE 'connect' | tail -n 1; }
nobody_waits() { documented mail-list | grep -x 'no mail is waiting'; }

mail_on_a_host() {
  new_host
  install_and_set_up
  step "mail"
  check "without a mail server the messenger ends, and that is well" messenger_has_ended
  check "a mail server" have_postfix
  check "mail is turned on" documented mail
  check "the messenger runs" messenger_runs
  check "who gets a seat is told" booked_and_told
  check "its status line says how it is" eventually 5 messenger_status
  check "it has two credentials and no key" sees_no_other_secrets
  check "a killed one comes back" killed_messenger_is_back
  check "an operator's words" own_words_are_sent
  check "wrong ones are named" wrong_words_are_named
  check "while the mail server is away, mail waits" mail_waits_for_postfix
  check "doctor finds no fault" eventually 20 healthy
}
