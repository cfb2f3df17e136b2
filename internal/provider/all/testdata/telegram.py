from vector import *

write("telegram", "telegram", {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": "t_1-A"},
      '{"update_id":10000,\n"callback_query":{"id":"1"}}', ["t_1-A"], id="10000", type="callback_query")
